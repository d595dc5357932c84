"""What a programmer writes in an hour: aiohttp on uvloop, rows of a CSV file as JSON, a line for each answer.

`aiohttp_upload.py URL FILE IN_FLIGHT OUT [--rate N] [--ca FILE]`
"""

import argparse
import asyncio
import csv
import json
import ssl

import aiohttp
import uvloop
from aiolimiter import AsyncLimiter


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("file")
    parser.add_argument("in_flight", type=int)
    parser.add_argument("out")
    parser.add_argument("--rate", type=float)
    parser.add_argument("--ca")
    return parser.parse_args()


async def work(session, url, rows, out, limiter):
    for row in rows:
        body = {"campaign_id": 7, "phone_number": row.pop("phone_number"), "variables": row}
        if limiter:
            await limiter.acquire()
        async with session.post(url, json=body) as answer:
            told = await answer.json()
            out.write(json.dumps({"phone": body["phone_number"], "status": answer.status, "id": told["data"]["id"]}) + "\n")


async def main():
    asked = arguments()
    context = ssl.create_default_context(cafile=asked.ca) if asked.ca else None
    limiter = AsyncLimiter(asked.rate, 1) if asked.rate else None
    connector = aiohttp.TCPConnector(limit=asked.in_flight, ssl=context or True)
    headers = {"Authorization": "Bearer bench"}
    with open(asked.file, newline="", encoding="utf-8") as file, open(asked.out, "w", encoding="utf-8") as out:
        rows = csv.DictReader(file)
        async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
            await asyncio.gather(*(work(session, asked.url, rows, out, limiter) for _ in range(asked.in_flight)))


uvloop.run(main())

"""reqstorm, called as its documentation says: `reqstorm_upload.py URL FILE IN_FLIGHT OUT [--rate N] [--ca FILE]`."""

import argparse
import csv
import ssl

import reqstorm


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("file")
    parser.add_argument("in_flight", type=int)
    parser.add_argument("out")
    parser.add_argument("--rate", type=int)
    parser.add_argument("--ca")
    return parser.parse_args()


def requests(asked):
    with open(asked.file, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            body = {"campaign_id": 7, "phone_number": row.pop("phone_number"), "variables": row}
            yield reqstorm.Request(asked.url, method="POST", json=body)


def main():
    asked = arguments()
    options = {}
    if asked.rate:
        options["rate_limit"] = f"{asked.rate}/s"
    if asked.ca:
        options["ssl"] = ssl.create_default_context(cafile=asked.ca)
    headers = {"Authorization": "Bearer bench"}
    done = reqstorm.fetch_to_file_sync(requests(asked), asked.out, concurrency=asked.in_flight, headers=headers, log_level="ERROR", **options)
    if done.failed:
        raise SystemExit(f"{done.failed} failed")


main()

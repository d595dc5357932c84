"""Python's `csv` and `phonenumbers`, spread over the cores: rows become JSON bodies. `phonenumbers_dry_run.py FILE`"""

import csv
import itertools
import json
import multiprocessing
import sys

import phonenumbers


def body(row):
    phone, country = row.pop("phone_number"), row.pop("country")
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return json.dumps({"campaign_id": int(row.pop("campaign")), "phone_number": e164, "variables": row})


def bodies(batch):
    return [body(row) for row in batch]


def batches(file):
    rows = csv.DictReader(file)
    while batch := list(itertools.islice(rows, 1000)):
        yield batch


def main():
    sent = 0
    with open(sys.argv[1], newline="", encoding="utf-8") as file, multiprocessing.Pool() as pool:
        for batch in pool.imap(bodies, batches(file)):
            sent += sum(1 for body in batch if body)
    print(sent)


if __name__ == "__main__":
    main()

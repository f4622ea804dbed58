import os

PRICE = 5


def handler(event, _context):
    for record in event.get("Records", []):
        print(f"took order {record['body']}")
    return {
        "price": PRICE,
        "shop": os.environ["SHOP"],
        "limit": os.environ["LIMIT"],
        "by_hand": os.environ.get("BY_HAND"),
    }

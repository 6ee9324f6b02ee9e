"""How a browser asks: over https, and from the admin pages' own site."""

OURS = {"Sec-Fetch-Site": "same-origin"}


def post(client, path, **data):
    return client.post(path, data=data, headers=OURS, base_url="https://localhost")


def get(client, path):
    return client.get(path, base_url="https://localhost")

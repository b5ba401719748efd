"""The plain script: what a competent developer writes in an afternoon. zeep objects, requests.

Usage: python plain.py config.yaml
"""

from __future__ import annotations

import sys
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import requests
import yaml
import zeep

BATCH = 100


def main(path: str) -> None:
    """Carry stock levels from 24SevenOffice to Le New Black."""
    config = yaml.safe_load(Path(path).read_text("utf-8"))
    products = read_products(config["24sevenoffice"])
    send_changes(config["lenewblack"], products)


def read_products(login: dict[str, str]) -> list[Any]:
    """Return every product as a zeep object."""
    new_transport: Any = zeep.Transport
    transport = new_transport(session=requests.Session())
    authenticate = service(login["base_url"], "authenticate", transport)
    session_id = authenticate.Login(
        {
            "ApplicationId": login["application_id"],
            "IdentityId": login["identity_id"],
            "Password": login["password"],
            "Username": login["username"],
        }
    )
    transport.session.cookies.set("ASP.NET_SessionId", session_id)
    found: list[Any] = service(login["base_url"], "product", transport).GetProducts(
        searchParams={"DateChanged": datetime(2000, 1, 1)},  # noqa: DTZ001 - zeep wants it bare
        returnProperties={
            "string": ["Id", "No", "Name", "EAN1", "Stock", "StatusId", "StockControlled"]
        },
    )
    return found


def service(base_url: str, name: str, transport: Any) -> Any:
    """Return a 24SevenOffice service at the configured address."""
    new_client: Any = zeep.Client
    client = new_client(str(files("lnb24so") / "wsdl" / f"{name}.wsdl"), transport=transport)
    binding = next(iter(client.wsdl.bindings))
    path = client.service._binding_options["address"].split("/", 3)[3]
    return client.create_service(str(binding), f"{base_url}/{path}")


def send_changes(login: dict[str, str], products: list[Any]) -> None:
    """Send each level that Le New Black does not show yet, in batches."""
    http = requests.Session()
    base = login["base_url"]
    wanted = {**login, "grant_type": "client_credentials"}
    http.params = {
        "access_token": http.post(f"{base}/auth/token", json=wanted).json()["access_token"]
    }
    shown = {row["ean13"]: row["in_stock"] for row in http.get(f"{base}/inventory").json()}
    changes = [
        {"ean13": product.EAN1, "in_stock": int(product.Stock)}
        for product in products
        if shown.get(product.EAN1) != int(product.Stock)
    ]
    for start in range(0, len(changes), BATCH):
        batch = {"requests": changes[start : start + BATCH]}
        answer = http.post(f"{base}/multi/inventory/ean", json=batch)
        answer.raise_for_status()
        if answer.json()["metadata"]["total_errors"]:
            print(answer.text)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The shops that buy the sample brand: retailers in Le New Black, customers in 24SevenOffice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from lnb24so.sandbox.brand import Json

FIRST_CUSTOMER_ID = 501


@dataclass(frozen=True, slots=True)
class Shop:
    """One retailer. `reference` is its customer number as somebody typed it into Le New Black."""

    customer_id: int
    reference: str | None
    name: str
    street: str
    zipcode: str
    city: str
    country: str
    currency: str
    buyer_first_name: str
    buyer_name: str

    @property
    def email(self) -> str:
        """Return the address of the one who buys."""
        return f"innkjop{self.customer_id}@shop.example"


ROWS = """
Grünerløkka Garderobe|Markveien 58|0550|Oslo|NO|NOK|Ingunn|Bråthen
Strøket Dameklær|Lillestrømveien 4|2010|Strømmen|NO|NOK|Kjersti|Øverås
Bryggen Mote|Bryggen 21|5003|Bergen|NO|NOK|Åshild|Sæther
Nidelven Konfeksjon|Kjøpmannsgata 12|7013|Trondheim|NO|NOK|Håvard|Lønning
Arctic Wardrobe|Storgata 95|9008|Tromsø|NO|NOK|Elle Máret|Čállá
Guovdageaidnu Biktasat|Bredbuktnesveien 6|9520|Kautokeino|NO|NOK|Ánde|Sárá
Stavanger Silke & Ull|Øvre Holmegate 19|4006|Stavanger|NO|NOK|Tone|Haugland
Kilden "Dame" AS|Markens gate 33|4611|Kristiansand|NO|NOK|Marianne|Fjeld
Ålesund Tekstil|Apotekergata 9|6004|Ålesund|NO|NOK|Bjørg|Ødegård
Lillehammer Linjegods|Storgata 61|2609|Lillehammer|NO|NOK|Sigrun|Moe
Drammen D'Amour|Nedre Storgate 7|3015|Drammen|NO|NOK|Anne-Lise|Næss
Hamar <Kvinne>|Torggata 44|2317|Hamar|NO|NOK|Grete|Løken
Södermalm Garderob|Götgatan 31|116 21|Stockholm|SE|SEK|Åsa|Sjöström
Göteborg Mode & Co|Magasinsgatan 17|411 18|Göteborg|SE|SEK|Björn|Hägg
Malmö Klädlager|Engelbrektsgatan 8|211 33|Malmö|SE|SEK|Märta|Ekström
Frederiksberg Modehus|Gammel Kongevej 102|1850|Frederiksberg|DK|DKK|Søren|Østergaard
Aarhus Ærlig Mode|Vestergade 15|8000|Aarhus|DK|DKK|Pernille|Kjær
Punavuori Vaate|Uudenmaankatu 23|00120|Helsinki|FI|EUR|Päivi|Hämäläinen
Prenzlauer Kleiderei|Kastanienallee 77|10435|Berlin|DE|EUR|Jürgen|Groß
Maison de l'Étoile|12 rue de la Forêt|75011|Paris|FR|EUR|Zoé|Lefèvre
Αθήνα Μόδα|Ερμού 56|105 63|Αθήνα|GR|EUR|Ελένη|Παπαδοπούλου
Łódź Butik Słowo|Piotrkowska 120|90-006|Łódź|PL|EUR|Małgorzata|Wójcik
Дім Моди Київ|вул. Хрещатик 25|01001|Київ|UA|EUR|Олена|Шевченко
東京セレクト|渋谷区神宮前 4-12-10|150-0001|東京|JP|EUR|美咲|佐藤
Shoreditch Nordic|88 Redchurch Street|E2 7DP|London|GB|GBP|Imogen|O'Hara
""".strip().splitlines()


def read_shop(customer_id: int, reference: str | None, row: str) -> Shop:
    """Return the shop of one row of the table."""
    name, street, zipcode, city, country, currency, first_name, last_name = row.split("|")
    address = (name, street, zipcode, city, country)
    return Shop(customer_id, reference, *address, currency, first_name, last_name)


def good_shops() -> list[Shop]:
    """Return the 25 retailers whose customer number is right in both systems."""
    numbered = enumerate(ROWS, start=FIRST_CUSTOMER_ID)
    return [read_shop(number, str(number), row) for number, row in numbered]


BLOCKED = read_shop(
    531,
    "531",
    "Konkursboet Moteland|Dronningens gate 3|7011|Trondheim|NO|NOK|Roar|Utleggseth",
)
NAMELESS = read_shop(
    532,
    None,
    "Bik & Bok Oslo|Karl Johans gate 14|0154|Oslo|NO|NOK|Vilde|Strand",
)
UNKNOWN = read_shop(
    99999,
    "99999",
    "Solsiden Pop-up|Beddingen 10|7042|Trondheim|NO|NOK|Mads|Myhre",
)


def customer(shop: Shop, changed: datetime) -> dict[str, Any]:
    """Return a retailer as a Company record of 24SevenOffice."""
    address = {
        "Street": shop.street,
        "PostalCode": shop.zipcode,
        "PostalArea": shop.city,
        "Country": shop.country,
    }
    return {
        "Id": shop.customer_id,
        "ExternalId": f"K-{shop.customer_id}",
        "OrganizationNumber": str(910_000_000 + shop.customer_id * 37),
        "Name": shop.name,
        "Addresses": {"Post": address, "Delivery": address},
        "EmailAddresses": {"Work": {"Description": "Work", "Value": shop.email}},
        "PhoneNumbers": {"Work": {"Description": "Work", "Value": phone(shop)}},
        "Country": shop.country,
        "Type": "Business",
        "CurrencyId": shop.currency,
        "DateChanged": changed,
        "BlockInvoice": shop is BLOCKED,
    }


def retailer(shop: Shop) -> Json:
    """Return a retailer as Le New Black lists it."""
    return {
        "reference": shop.reference,
        "name": shop.name,
        "currency": shop.currency,
        "country": shop.country,
        "email": shop.email,
        "is_active": True,
        "extra_1": None,
        "billing_address": address(shop),
        "delivery_address": address(shop),
    }


def address(shop: Shop) -> Json:
    """Return the shop's address as Le New Black shows it."""
    return {
        "reference": None,
        "company": shop.name,
        "country": shop.country,
        "contact_name": f"{shop.buyer_first_name} {shop.buyer_name}",
        "contact_email": shop.email,
        "tel": phone(shop),
        "address_1": shop.street,
        "address_2": None,
        "zipcode": shop.zipcode,
        "city": shop.city,
        "vat_number": None,
    }


def phone(shop: Shop) -> str:
    """Return a telephone number."""
    return f"22 85 {shop.customer_id % 100:02d} {shop.customer_id % 7:02d}"

"""Countries as retailers write them, as 24SevenOffice wants them: two letters of ISO 3166. Pure."""

from __future__ import annotations

import unicodedata

NAMES = """
AD Andorra
AE United Arab Emirates, Emirates, UAE
AL Albania, ALB
AM Armenia
AT Austria, Österreich, Østerrike, AUT
AU Australia, AUS
AX Åland, Åland Islands
BA Bosnia and Herzegovina, Bosnia
BE Belgium, België, Belgique, Belgien, Belgia, BEL
BG Bulgaria, България, BGR
BH Bahrain
BR Brazil, Brasil
CA Canada, Kanada, CAN
CH Switzerland, Schweiz, Suisse, Svizzera, Sveits, CHE
CI Ivory Coast, Côte d'Ivoire
CL Chile, CHL
CN China, Kina, CHN
CO Colombia, COL
CY Cyprus, Kypros, CYP
CZ Czech Republic, Czechia, Česko, Česká republika, Tsjekkia, Tjeckien, CZE
DE Germany, Deutschland, Tyskland, Allemagne, DEU
DK Denmark, Danmark, Dänemark, DNK
EE Estonia, Eesti, Estland, EST
EG Egypt, EGY
ES Spain, España, Spania, Spanien, ESP
FI Finland, Suomi, Finnland, FIN
FO Faroe Islands, Føroyar, Færøyene, Færøerne, FRO
FR France, Frankrike, Frankrig, Frankreich, FRA
GB United Kingdom, Great Britain, Britain, England, Scotland, Wales, Northern Ireland, UK, GBR
GB Storbritannia, Storbritannien, Großbritannien, The United Kingdom
GE Georgia
GG Guernsey
GI Gibraltar
GL Greenland, Kalaallit Nunaat, Grønland
GR Greece, Hellas, Ellada, Ελλάδα, Grekland, Grækenland, Griechenland, EL, GRC
HK Hong Kong, Hong Kong SAR, HKG
HR Croatia, Hrvatska, Kroatia, Kroatien, HRV
HU Hungary, Magyarország, Ungarn, Ungern, HUN
ID Indonesia, IDN
IE Ireland, Éire, Irland, Republic of Ireland, IRL
IL Israel, ISR
IM Isle of Man
IN India
IS Iceland, Ísland, Island, ISL
IT Italy, Italia, Italien, ITA
JE Jersey
JO Jordan
JP Japan, 日本, JPN
KR South Korea, Korea, Republic of Korea, Korea Republic of, Sør-Korea, 대한민국, KOR
KW Kuwait
KZ Kazakhstan, KAZ
LB Lebanon
LI Liechtenstein, LIE
LT Lithuania, Lietuva, Litauen, LTU
LU Luxembourg, Luxemburg, Lëtzebuerg, LUX
LV Latvia, Latvija, Lettland, Letland, LVA
MA Morocco, Maroc, MAR
MC Monaco
MD Moldova
ME Montenegro
MK North Macedonia, Macedonia
MT Malta, MLT
MX Mexico, México
MY Malaysia, MYS
NL Netherlands, The Netherlands, Nederland, Holland, Niederlande, Nederlandene, NLD
NO Norway, Norge, Noreg, Norwegen, Norvège, NOR
NZ New Zealand, NZL
OM Oman
PH Philippines, PHL
PL Poland, Polska, Polen, POL
PR Puerto Rico
PT Portugal, PRT
QA Qatar
RO Romania, România, Rumänien, ROU
RS Serbia, Srbija, Србија
SA Saudi Arabia
SE Sweden, Sverige, Schweden, Suède, SWE
SG Singapore, SGP
SI Slovenia, Slovenija, Slowenien, SVN
SJ Svalbard
SK Slovakia, Slovensko, Slovak Republic, Slowakei, SVK
SM San Marino
TH Thailand, THA
TN Tunisia, Tunisie
TR Turkey, Türkiye, Tyrkia, TUR
TW Taiwan, TWN
UA Ukraine, Україна, Ukraina, UKR
US United States, United States of America, The United States, USA, U.S.A., U.S.
VN Vietnam, Viet Nam, VNM
XK Kosovo
ZA South Africa, Sør-Afrika
"""
"""The countries of the field: in English, in their own language, and as their neighbours say."""


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in plain if char.isalpha())


_CODES = {
    _fold(name): line[:2]
    for line in NAMES.strip().splitlines()
    for name in (line[:2], *line[3:].split(","))
}


CODES = frozenset(_CODES.values())
"""The countries that are known here, two letters each."""


def country_code(text: str) -> str:
    """Return the two letters of a country given by code or name, or "" where nobody knows it.

    Two letters stay as they are, but for EL (GR) and UK (GB): the list above is not the world.
    """
    known = _CODES.get(_fold(text))
    if known:
        return known
    bare = text.strip().upper()
    return bare if len(bare) == 2 and bare.isascii() and bare.isalpha() else ""

"""Names that the code and its users share, each spelt once. A name's code is its index here."""

THEATRES = ("elsewhere", "vraem", "loreto", "cajamarca")
ELSEWHERE, VRAEM, LORETO, CAJAMARCA = range(len(THEATRES))
MODELLED_THEATRES = THEATRES[1:]  # those that have communities and forces
BORDER_THEATRES = ("loreto", "cajamarca")
# Regions for which outcomes and observations are reported, and the theatres in each.
REGIONS = {name: (name,) for name in MODELLED_THEATRES} | {
    "border": BORDER_THEATRES,
    "total": THEATRES,
}
REGION_LABELS = {
    "vraem": "VRAEM",
    "loreto": "Loreto",
    "cajamarca": "Cajamarca-Amazonas",
    "border": "northern border",
    "total": "all theatres",
}

EXITS = ("colombia", "brazil", "ecuador", "bolivia", "coast")
COLOMBIA, BRAZIL, ECUADOR, BOLIVIA, COAST = range(len(EXITS))
BORDER_EXITS = (COLOMBIA, BRAZIL, ECUADOR)

PRODUCTS = ("hydrochloride", "latex")
HCL, LATEX = range(len(PRODUCTS))

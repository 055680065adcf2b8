"""Where people live: states and territories, and the ZIP codes of each."""

# Codes of USPS Publication 28, appendix B, and the 3-digit ZIP code prefixes
# of the USPS Domestic Mail Manual, labeling list L002, gaps within a state included. The longer
# prefixes are post offices in another state than their neighbours (06390 Fishers Island, 73960
# Texhoma, 83414 Alta), and the islands that share 967 and 969.
STATES = {
    "AL": ("Alabama", "350-369"),
    "AK": ("Alaska", "995-999"),
    "AS": ("American Samoa", "96799"),
    "AZ": ("Arizona", "850-865"),
    "AR": ("Arkansas", "716-729"),
    "CA": ("California", "900-961"),
    "CO": ("Colorado", "800-816"),
    "CT": ("Connecticut", "060-069"),
    "DE": ("Delaware", "197-199"),
    "DC": ("District of Columbia", "200 202-205 569"),
    "FL": ("Florida", "320-339 341-349"),
    "GA": ("Georgia", "300-319 398-399"),
    "GU": ("Guam", "96910-96932"),
    "HI": ("Hawaii", "967-968"),
    "ID": ("Idaho", "832-838"),
    "IL": ("Illinois", "600-629"),
    "IN": ("Indiana", "460-479"),
    "IA": ("Iowa", "500-528"),
    "KS": ("Kansas", "660-679"),
    "KY": ("Kentucky", "400-427"),
    "LA": ("Louisiana", "700-714"),
    "ME": ("Maine", "039-049"),
    "MD": ("Maryland", "206-219"),
    "MA": ("Massachusetts", "010-027 055"),
    "MI": ("Michigan", "480-499"),
    "MN": ("Minnesota", "550-567"),
    "MS": ("Mississippi", "386-397"),
    "MO": ("Missouri", "630-658"),
    "MT": ("Montana", "590-599"),
    "NE": ("Nebraska", "680-693"),
    "NV": ("Nevada", "889-898"),
    "NH": ("New Hampshire", "030-038"),
    "NJ": ("New Jersey", "070-089"),
    "NM": ("New Mexico", "870-884"),
    "NY": ("New York", "005 06390 100-149"),
    "NC": ("North Carolina", "270-289"),
    "ND": ("North Dakota", "580-588"),
    "MP": ("Northern Mariana Islands", "96950-96952"),
    "OH": ("Ohio", "430-459"),
    "OK": ("Oklahoma", "730-732 734-749"),
    "OR": ("Oregon", "970-979"),
    "PA": ("Pennsylvania", "150-196"),
    "PR": ("Puerto Rico", "006-007 009"),
    "RI": ("Rhode Island", "028-029"),
    "SC": ("South Carolina", "290-299"),
    "SD": ("South Dakota", "570-577"),
    "TN": ("Tennessee", "370-385"),
    "TX": ("Texas", "733 73960 750-799 885"),
    "UT": ("Utah", "840-847"),
    "VT": ("Vermont", "050-054 056-059"),
    "VI": ("U.S. Virgin Islands", "008"),
    "VA": ("Virginia", "201 220-246"),
    "WA": ("Washington", "980-994"),
    "WV": ("West Virginia", "247-268"),
    "WI": ("Wisconsin", "530-549"),
    "WY": ("Wyoming", "820-831 83414"),
}
MILITARY = {"AA": "340", "AE": "090-099", "AP": "962-966"}


def _by_prefix() -> dict[str, str]:
    ranges = {state: listed for state, (_name, listed) in STATES.items()} | MILITARY
    prefixes = {}
    # California last: its range surrounds the military one of the Pacific
    for state in sorted(ranges, key=lambda state: state == "CA"):
        for listed in ranges[state].split():
            first, _, last = listed.partition("-")
            for number in range(int(first), int(last or first) + 1):
                prefixes.setdefault(f"{number:0{len(first)}}", state)
    return prefixes


_STATE_BY_PREFIX = _by_prefix()
STATE_BY_NAME = {name.casefold(): code for code, (name, _listed) in STATES.items()}


def state_of(zip_code: str) -> str | None:
    """Return the state of a ZIP code (AA, AE or AP: of the armed forces), if there is one."""
    for length in (5, 3):
        if state := _STATE_BY_PREFIX.get(zip_code[:length]):
            return state
    return None

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools import identity

TODAY = date(2026, 3, 15)

WRITE_NAME = "Use only letters, spaces, apostrophes, hyphens and periods in the name."
HIDDEN = "This contains invisible characters. Type it instead of pasting it."
AT_MOST = "Use no more than 100 characters."
TOO_LONG = "This is too long. Type it again."
FIRST_NAME = "Enter your first name, as on your government ID."
LAST_NAME = "Enter your last name, as on your government ID."
SUFFIX = "Choose a suffix from the list, or leave it empty."
WRITE_STREET = "Enter the street address using only letters, digits, spaces and # / , . - '."
NO_BOX = "A P.O. box isn't a home address. Enter your street address."
MILITARY = "APO, FPO and DPO addresses can't be used. Enter your home address in the United States."
STATE = "Choose a state or territory. Example: GA for Georgia."
ZIP = "A ZIP code has 5 digits, or 9 with ZIP+4."
NO_ZIP = "This ZIP code doesn't exist. Check the digits."
OTHER_STATE = "This ZIP code isn't in the selected state. Check both."
DATE = "Enter the date as MM/DD/YYYY."
NO_DAY = "This date doesn't exist. Enter the month, then the day, then the year."
FUTURE = "This date is in the future. Check the year."
MINOR = "The representative must be at least 18 years old. Check the year."
TOO_OLD = "This date is 120 or more years ago. Check the year."
EMAIL = "Enter your full email address. Example: name@example.org."
LOCAL_PART = (
    "The part before the @ can only contain letters, digits and characters such as . _ + -. Check "
    "for spaces and stray dots."
)
LOCAL_PART_LONG = "The part before the @ can have at most 64 characters."
EMAIL_LONG = "An email address can have at most 254 characters."
DOMAIN = "The part after the @ isn't a valid domain. Check for missing dots."
NPI = "An NPI has 10 digits."
NPI_DIGITS = "This isn't a valid NPI. Check the digits."
SSN = "A Social Security number has 9 digits."
SSN_DIGITS = "This isn't a valid Social Security number. Check the digits."
CARD = "A card number has 13 to 19 digits. Enter all digits on the front of the card."
CARD_DIGITS = "This isn't a valid card number. Check the digits."
PHONE = "Enter a 10-digit phone number with area code, without an extension."
PHONE_DIGITS = "This phone number isn't in use. Check the digits."
PERSONAL = "Enter a personal phone number. Toll-free and premium numbers can't be used."
UNITED_STATES = "Enter a U.S. phone number."
CODE = "The confirmation code has 6 letters or digits."
KIND = "Choose an option from the list."
KIND_FIRST = "Choose the type first, then enter the number."

# Valid: what is typed, and what becomes of it
NAMES = [
    ("Jane", "Jane"),
    ("Q", "Q"),
    ("  Jane  ", "Jane"),
    ("\tJane\n", "Jane"),
    ("Mary  Ann", "Mary Ann"),
    ("Mary\u00a0Ann", "Mary Ann"),
    ("\u3000Jane\u3000", "Jane"),
    ("O'Hara", "O'Hara"),
    ("O’Hara", "O’Hara"),
    ("Doe-Smith", "Doe-Smith"),
    ("Doe\u2011Smith", "Doe-Smith"),
    ("Doe\u2010Smith", "Doe-Smith"),
    ("St. John", "St. John"),
    ("J. R. R.", "J. R. R."),
    ("’t Hooft", "’t Hooft"),
    ("d'Alembert", "d'Alembert"),
    ("Zoë", "Zoë"),
    ("Zoe\u0308", "Zoë"),
    ("Nguyễn", "Nguyễn"),
    ("Ng\u0303u", "Ng\u0303u"),
    ("Kealoha\u02bb", "Kealoha\u02bb"),
    ("李", "李"),
    ("ひろし", "ひろし"),
    ("Иван", "Иван"),
    ("Ελένη", "Ελένη"),
    ("فاطمة", "فاطمة"),
    ("יעל", "יעל"),
    ("علی\u200cرضا", "علی\u200cرضا"),
    ("श्रीमती", "श्रीमती"),
    ("สมชาย", "สมชาย"),
    ("\uff2aａｎｅ", "Jane"),
    ("𝐉𝐚𝐧𝐞", "Jane"),
    ("x" * 100, "x" * 100),
    ("Ü" * 100, "Ü" * 100),
    ("U\u0308" * 100, "Ü" * 100),
]
NOT_NAMES = [
    ("Jane2", WRITE_NAME),
    ("J4ne", WRITE_NAME),
    ("٣", WRITE_NAME),
    ("Jane٣", WRITE_NAME),
    ("Jane３", WRITE_NAME),
    ("Jane²", WRITE_NAME),
    ("Henry Ⅷ", WRITE_NAME),
    ("Jane 😀", WRITE_NAME),
    ("😀", WRITE_NAME),
    ("👩\u200d⚕️", WRITE_NAME),
    ("<script>alert(1)</script>", WRITE_NAME),
    ("<b>Jane", WRITE_NAME),
    ("\uff1cJane\uff1e", WRITE_NAME),
    ("Jane & John", WRITE_NAME),
    ("Jane@example.org", WRITE_NAME),
    ("Jane (Janey)", WRITE_NAME),
    ('Jane "JJ" Doe', WRITE_NAME),
    ("Doe, Jane", WRITE_NAME),
    ("Jane/John", WRITE_NAME),
    ("Jane_Doe", WRITE_NAME),
    ("=Jane", WRITE_NAME),
    ("'; DROP TABLE res_users; --", WRITE_NAME),
    ("{{ 7 * 7 }}", WRITE_NAME),
    ("-", WRITE_NAME),
    (".", WRITE_NAME),
    ("' '", WRITE_NAME),
    ("\u0308Zoe", WRITE_NAME),
    ("\ud800", WRITE_NAME),
    ("\ue000", WRITE_NAME),
    ("Jane\x00", HIDDEN),
    ("Jane\x1b[31m", HIDDEN),
    ("Mary\nAnn", HIDDEN),
    ("Mary\tAnn", HIDDEN),
    ("\u202eenaJ", HIDDEN),
    ("\u202aJane\u202c", HIDDEN),
    ("\u2067Jane\u2069", HIDDEN),
    ("\u200eJane", HIDDEN),
    ("פלוני\u200f", HIDDEN),
    ("Jane\u061c", HIDDEN),
    ("Ja\u200bne", HIDDEN),
    ("\ufeffJane", HIDDEN),
    ("Ja\u00adne", HIDDEN),
    ("x" * 101, AT_MOST),
    ("x" * 300, AT_MOST),
    ("😀" * 300, AT_MOST),
    ("x" * 100_000, TOO_LONG),
    ("\u0308" * 100_000, TOO_LONG),
]
PHONES = [
    (typed, "+14045552368")
    for typed in (
        "4045552368",
        "14045552368",
        "+14045552368",
        "404-555-2368",
        "404.555.2368",
        "404 555 2368",
        "(404) 555-2368",
        "(404)555-2368",
        "1-404-555-2368",
        "1 (404) 555-2368",
        "+1 404 555 2368",
        "  404\u00a0555\u00a02368  ",
        "404\u2011555\u20112368",
        "404–555–2368",
        "404−555−2368",
        "\u202a404-555-2368\u202c",
        "\u200e+1 404-555-2368",
        "４０４５５５２３６８",
        "\uff0b１４０４５５５２３６８",
        "٤٠٤٥٥٥٢٣٦٨",
        "۴۰۴۵۵۵۲۳۶۸",
        "४०४-५५५-२३६८",
    )
] + [
    ("787-555-2368", "+17875552368"),  # Puerto Rico
    ("671-555-2368", "+16715552368"),  # Guam
    ("684-633-1234", "+16846331234"),  # American Samoa
    ("340-693-1234", "+13406931234"),  # Virgin Islands
    ("670-555-2368", "+16705552368"),  # Northern Mariana Islands
]
NOT_PHONES = [
    ("404555236", PHONE),
    ("40455523688", PHONE),
    ("555-2368", PHONE),
    ("1", PHONE),
    ("+", PHONE),
    ("404-555-2368 x12", PHONE),
    ("404-555-2368 ext. 12", PHONE),
    ("404-555-2368,12", PHONE),
    ("404/555/2368", PHONE),
    ("404-555-CALL", PHONE),
    ("1-800-FLOWERS", PHONE),
    ("4045552368 or 4045552369", PHONE),
    ("tel:+14045552368", PHONE),
    ("404555236²", PHONE),
    ("404-555-236😀", PHONE),
    ("<script>", PHONE),
    ("home", PHONE),
    ("24045552368", PHONE),
    ("++14045552368", PHONE),
    ("+4045552368", UNITED_STATES),
    ("+44 20 7946 0958", UNITED_STATES),
    ("+52 55 1234 5678", UNITED_STATES),
    ("416-555-2368", UNITED_STATES),  # Toronto
    ("876-555-2368", UNITED_STATES),  # Jamaica
    ("104-555-2368", PHONE_DIGITS),
    ("004-555-2368", PHONE_DIGITS),
    ("404-155-2368", PHONE_DIGITS),
    ("404-055-2368", PHONE_DIGITS),
    ("911-555-2368", PHONE_DIGITS),
    ("555-555-5555", PHONE_DIGITS),
    ("000-000-0000", PHONE_DIGITS),
    ("111-111-1111", PHONE_DIGITS),
    ("123-456-7890", PHONE_DIGITS),
    ("212-211-2345", PHONE_DIGITS),
    ("212-411-2345", PHONE_DIGITS),
    ("212-911-2345", PHONE_DIGITS),
    ("212-555-0100", PHONE_DIGITS),
    ("212-555-0199", PHONE_DIGITS),
    ("٢١٢٥٥٥٠١٢٣", PHONE_DIGITS),
    ("212-555-1212", PHONE_DIGITS),
    ("700-555-2368", PHONE_DIGITS),
    ("800-555-2368", PERSONAL),
    ("(888) 555-2368", PERSONAL),
    ("+1 877 555 2368", PERSONAL),
    ("833-456-7890", PERSONAL),
    ("900-555-2368", PERSONAL),
    ("500-555-2368", PERSONAL),
    ("212-976-2345", PERSONAL),
    ("4" * 300, PHONE),
    ("4" * 100_000, TOO_LONG),
]

# By field: (typed, canonical) that are valid, (typed, sentence) that are not, the empty one too
VALID = {
    "first_name": NAMES,
    "middle_name": [*NAMES, ("", ""), (" ", "")],
    "last_name": NAMES,
    "suffix": [
        ("", ""),
        (" \u00a0 ", ""),
        ("Jr.", "Jr."),
        ("jr", "Jr."),
        ("JR.", "Jr."),
        (", Jr.", "Jr."),
        ("Sr", "Sr."),
        ("ii", "II"),
        ("III", "III"),
        (" iv ", "IV"),
        ("V", "V"),
    ],
    "street": [
        ("12 Main St", "12 Main St"),
        ("  12   Main\u00a0St  ", "12 Main St"),
        ("12 Main St, Apt #4", "12 Main St, Apt #4"),
        ("12 Main St. Unit 4-B", "12 Main St. Unit 4-B"),
        ("12 1/2 Main St", "12 1/2 Main St"),
        ("12\u201134 Main St", "12-34 Main St"),
        ("N6W23001 Bluemound Rd", "N6W23001 Bluemound Rd"),
        ("One Liberty Plaza", "One Liberty Plaza"),
        ("8 O'Brien Way", "8 O'Brien Way"),
        ("8 O’Brien Way", "8 O’Brien Way"),
        ("34 Calle Peña", "34 Calle Peña"),
        ("RR 2 Box 14", "RR 2 Box 14"),
        ("HC 1 Box 5", "HC 1 Box 5"),
        ("7 Box Elder Ln", "7 Box Elder Ln"),
        ("3 Post Office Rd", "3 Post Office Rd"),
        ("9 Boxwood Ct", "9 Boxwood Ct"),
        ("5 Poe Ct", "5 Poe Ct"),
        ("١٢ Main St", "12 Main St"),
        ("１２ Main St", "12 Main St"),
        ("x" * 100, "x" * 100),
    ],
    "city": [
        ("Atlanta", "Atlanta"),
        ("  st.  louis ", "st. louis"),
        ("Coeur d'Alene", "Coeur d'Alene"),
        ("Winston-Salem", "Winston-Salem"),
        ("Cañon City", "Cañon City"),
        ("Utqiaġvik", "Utqiaġvik"),
        ("Apopka", "Apopka"),
    ],
    "state": [
        ("GA", "GA"),
        ("ga", "GA"),
        (" Ga ", "GA"),
        ("Georgia", "GA"),
        ("new  york", "NY"),
        ("D.C.", "DC"),
        ("District of Columbia", "DC"),
        ("ＧＡ", "GA"),
        ("PR", "PR"),
        ("VI", "VI"),
        ("GU", "GU"),
        ("AS", "AS"),
        ("MP", "MP"),
    ],
    "zip": [
        ("30301", "30301"),
        ("30301-1234", "30301-1234"),
        ("303011234", "30301-1234"),
        ("30301 1234", "30301-1234"),
        ("30301 - 1234", "30301-1234"),
        ("30301–1234", "30301-1234"),
        (" 30301\u00a0", "30301"),
        ("\u200e30301", "30301"),
        ("٣٠٣٠١", "30301"),
        ("３０３０１", "30301"),
        ("39901", "39901"),
    ],
    "birthdate": [
        ("1980-02-29", "1980-02-29"),
        ("1980-2-9", "1980-02-09"),
        ("1980/02/29", "1980-02-29"),
        ("2/29/1980", "1980-02-29"),
        ("02/29/1980", "1980-02-29"),
        ("2-29-1980", "1980-02-29"),
        ("2.29.1980", "1980-02-29"),
        (" 2 / 29 / 1980 ", "1980-02-29"),
        ("1980\u201102\u201129", "1980-02-29"),
        ("\u200e2\u200e/\u200e29\u200e/\u200e1980", "1980-02-29"),
        ("٢/٢٩/١٩٨٠", "1980-02-29"),
        ("２/２９/１９８０", "1980-02-29"),
        (date(1980, 2, 29), "1980-02-29"),
        ("2/29/2000", "2000-02-29"),
        ("3/15/2008", "2008-03-15"),  # 18 today
        ("3/14/2008", "2008-03-14"),
        ("2/29/2008", "2008-02-29"),
        ("3/16/1906", "1906-03-16"),  # 120 tomorrow
    ],
    "email": [
        ("jane@example.org", "jane@example.org"),
        ("  jane@example.org\n", "jane@example.org"),
        ("\u00a0jane@example.org", "jane@example.org"),
        ("Jane.Doe@Example.ORG", "Jane.Doe@example.org"),
        ("jane+practice@example.org", "jane+practice@example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
        ("j_d-1@mail.example.co.uk", "j_d-1@mail.example.co.uk"),
        ("j@e.co", "j@e.co"),
        ("1@2.example", "1@2.example"),
        ("jane@xn--bcher-kva.example", "jane@xn--bcher-kva.example"),
        ("jane@example.xn--p1ai", "jane@example.xn--p1ai"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
        ("jane@" + "x" * 63 + ".org", "jane@" + "x" * 63 + ".org"),
        ("jj@" + "xxxxxxxxx." * 24 + "example.org", "jj@" + "xxxxxxxxx." * 24 + "example.org"),
    ],
    "government_kind": [("npi", "npi"), ("ssn", "ssn"), (" npi ", "npi")],
    "npi": [
        ("1234567893", "1234567893"),
        ("1037749193", "1037749193"),
        ("123-456-7893", "1234567893"),
        (" 123 456 7893 ", "1234567893"),
        ("123.456.7893", "1234567893"),
        ("1234567893\n", "1234567893"),
        ("\u20681234567893\u2069", "1234567893"),
        ("١٢٣٤٥٦٧٨٩٣", "1234567893"),
        ("１２３４５６７８９３", "1234567893"),
    ],
    "ssn": [
        ("536904399", "536904399"),
        ("536-90-4399", "536904399"),
        ("536 90 4399", "536904399"),
        ("536.90.4399", "536904399"),
        ("536–90–4399", "536904399"),
        ("536\u00a090\u00a04399", "536904399"),
        ("536\t90\t4399", "536904399"),
        ("５３６９０４３９９", "536904399"),
        ("٥٣٦-٩٠-٤٣٩٩", "536904399"),
        ("123-45-6788", "123456788"),
        ("899-99-9999", "899999999"),
        ("001-01-0001", "001010001"),
    ],
    "financial_kind": [("phone", "phone"), ("card", "card"), ("knowledge", "knowledge")],
    "phone": PHONES,
    "call_phone": PHONES,
    "card": [
        ("4111111111111111", "4111111111111111"),
        ("4111 1111 1111 1111", "4111111111111111"),
        ("4111-1111-1111-1111", "4111111111111111"),
        ("4111\u00a01111\u20111111.1111", "4111111111111111"),
        ("４１１１１１１１１１１１１１１１", "4111111111111111"),
        ("٤١١١١١١١١١١١١١١١", "4111111111111111"),
        ("5555 5555 5555 4444", "5555555555554444"),
        ("3782 822463 10005", "378282246310005"),
        ("6011111111111117", "6011111111111117"),
        ("30569309025904", "30569309025904"),
        ("4222222222222", "4222222222222"),
        ("4000000000000000006", "4000000000000000006"),
    ],
    "knowledge": [("", ""), ("4111111111111112", ""), ("😀", "")],
    "confirmation_code": [
        ("123456", "123456"),
        ("A1B2C3", "A1B2C3"),
        ("a1b2c3", "A1B2C3"),
        ("123 456", "123456"),
        ("123-456", "123456"),
        (" 1 2 3 4 5 6 ", "123456"),
        ("１２３４５６", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("000000", "000000"),
    ],
}
INVALID = {
    "first_name": [("", FIRST_NAME), (" \u00a0\t", FIRST_NAME), *NOT_NAMES],
    "middle_name": NOT_NAMES,
    "last_name": [("", LAST_NAME), ("   ", LAST_NAME), *NOT_NAMES],
    "suffix": [
        ("VI", SUFFIX),
        ("IIII", SUFFIX),
        ("Junior", SUFFIX),
        ("MD", SUFFIX),
        ("3rd", SUFFIX),
        ("Ⅲ", SUFFIX),
        ("J r", SUFFIX),
        ("😀", SUFFIX),
        ("<script>", SUFFIX),
        ("x" * 300, SUFFIX),
        ("x" * 1001, TOO_LONG),
    ],
    "street": [
        ("", "Enter the street address of your home."),
        ("12", WRITE_STREET),
        ("#4", WRITE_STREET),
        ("12 Main St 😀", WRITE_STREET),
        ("12 <b>Main</b> St", WRITE_STREET),
        ("12 Main St; Apt 4", WRITE_STREET),
        ("12 Main St & 3rd", WRITE_STREET),
        ("12½ Main St", WRITE_STREET),
        ("12 Main St\nApt 4", HIDDEN),
        ("12 Main\u202e St", HIDDEN),
        ("12 Main St\x00", HIDDEN),
        ("1" * 100 + "x", AT_MOST),
        ("x" * 300, AT_MOST),
        ("x" * 1001, TOO_LONG),
        ("PO Box 12", NO_BOX),
        ("P.O. Box 12", NO_BOX),
        ("p. o. box 12", NO_BOX),
        ("P O Box 12", NO_BOX),
        ("P.O Box 12", NO_BOX),
        ("POBox 12", NO_BOX),
        ("PO\u00a0Box #12", NO_BOX),
        ("P.O.B. 12", NO_BOX),
        ("POB 12", NO_BOX),
        ("P.O. Drawer 12", NO_BOX),
        ("Post Office Box 12", NO_BOX),
        ("Postal Box 12", NO_BOX),
        ("Post box 12", NO_BOX),
        ("12 Main St, P.O. Box 3", NO_BOX),
        ("Box 12", NO_BOX),
        ("12 Main St PMB 345", NO_BOX),
        ("General Delivery", NO_BOX),
        ("Apartado 12", NO_BOX),
        ("ＰＯ Ｂｏｘ １２", NO_BOX),
    ],
    "city": [
        ("", "Enter the city of your home."),
        ("12345", WRITE_NAME),
        ("29 Palms", WRITE_NAME),
        ("Atlanta, GA", WRITE_NAME),
        ("Atlanta 😀", WRITE_NAME),
        ("<i>Atlanta", WRITE_NAME),
        ("Atl\u200banta", HIDDEN),
        ("x" * 300, AT_MOST),
        ("x" * 1001, TOO_LONG),
        ("APO", MILITARY),
        ("fpo", MILITARY),
        ("DPO", MILITARY),
    ],
    "state": [
        ("", "Choose your state."),
        ("G", STATE),
        ("GAA", STATE),
        ("XX", STATE),
        ("G A", STATE),
        ("ON", STATE),
        ("UK", STATE),
        ("FM", STATE),
        ("12", STATE),
        ("😀", STATE),
        ("ГА", STATE),
        ("Goergia", STATE),
        ("x" * 300, STATE),
        ("x" * 1001, TOO_LONG),
        ("AA", MILITARY),
        ("ae", MILITARY),
        ("AP", MILITARY),
    ],
    "zip": [
        ("", "Enter the ZIP code of your home."),
        ("3030", ZIP),
        ("303011", ZIP),
        ("30301-123", ZIP),
        ("30301-12345", ZIP),
        ("3030l", ZIP),
        ("3O301", ZIP),
        ("SW1A 1AA", ZIP),
        ("K1A 0B1", ZIP),
        ("+30301", ZIP),
        ("3030²", ZIP),
        ("3030😀", ZIP),
        ("1" * 300, ZIP),
        ("1" * 1001, TOO_LONG),
        ("00000", NO_ZIP),
        ("00401", NO_ZIP),
        ("994010", ZIP),
        ("96940", NO_ZIP),  # Palau
        ("98765-43210", ZIP),
        ("69901", NO_ZIP),
        ("34001", MILITARY),
        ("09001", MILITARY),
        ("09999-1234", MILITARY),
        ("96201", MILITARY),
        ("96699", MILITARY),
        ("03301", OTHER_STATE),  # digits transposed
        ("10001", OTHER_STATE),
        ("35004-1234", OTHER_STATE),
        ("٩٠٢١٠", OTHER_STATE),
    ],
    "birthdate": [
        ("", "Enter your date of birth."),
        ("1980", DATE),
        ("2/29", DATE),
        ("2/29/80", DATE),
        ("02291980", DATE),
        ("2/29/19800", DATE),
        ("2/29-1980", DATE),
        ("1980-02-29T00:00", DATE),
        ("Feb 29, 1980", DATE),
        ("-2/29/1980", DATE),
        ("2/29/198²", DATE),
        ("😀", DATE),
        ("<script>", DATE),
        ("1" * 300, DATE),
        ("1" * 1001, TOO_LONG),
        ("2/29/1981", NO_DAY),
        ("2/29/1900", NO_DAY),
        ("2/30/1980", NO_DAY),
        ("29/2/1980", NO_DAY),
        ("4/31/1980", NO_DAY),
        ("0/1/1980", NO_DAY),
        ("1/0/1980", NO_DAY),
        ("1/1/0000", NO_DAY),
        ("1980-13-01", NO_DAY),
        ("3/16/2026", FUTURE),  # tomorrow
        ("3/15/2027", FUTURE),
        ("12/31/9999", FUTURE),
        ("3/15/2026", MINOR),  # today
        ("3/16/2008", MINOR),  # 18 tomorrow
        ("٣/١٦/٢٠٠٨", MINOR),
        ("3/15/2009", MINOR),
        ("3/15/1906", TOO_OLD),  # 120 today
        ("3/14/1906", TOO_OLD),
        ("3/15/1905", TOO_OLD),
        ("1/1/0001", TOO_OLD),
    ],
    "email": [
        ("", "Enter your personal email address."),
        ("jane", EMAIL),
        ("jane@", EMAIL),
        ("@example.org", EMAIL),
        ("@", EMAIL),
        ("jane.example.org", EMAIL),
        ("x" * 300, EMAIL),
        ("😀", EMAIL),
        ("<script>alert(1)</script>", EMAIL),
        ("jane@doe@example.org", LOCAL_PART),
        ("jane doe@example.org", LOCAL_PART),
        ("jane @example.org", LOCAL_PART),
        (".jane@example.org", LOCAL_PART),
        ("jane.@example.org", LOCAL_PART),
        ("jane..doe@example.org", LOCAL_PART),
        ("zoë@example.org", LOCAL_PART),
        ("jane😀@example.org", LOCAL_PART),
        ("١@example.org", LOCAL_PART),
        ('"jane doe"@example.org', LOCAL_PART),
        ("jane(home)@example.org", LOCAL_PART),
        ("mailto:jane@example.org", LOCAL_PART),
        ("jane\u200b@example.org", LOCAL_PART),
        ("jane\x00@example.org", LOCAL_PART),
        ("jane@example.org, joe@example.org", LOCAL_PART),
        ("Jane <jane@example.org>", LOCAL_PART),
        ("x" * 65 + "@example.org", LOCAL_PART_LONG),
        ("x" * 300 + "@example.org", EMAIL_LONG),
        ("jjj@" + "xxxxxxxxx." * 24 + "example.org", EMAIL_LONG),  # 255
        ("jane@" + "x" * 1000, TOO_LONG),
        ("jane@localhost", DOMAIN),
        ("jane@example", DOMAIN),
        ("jane@example.", DOMAIN),
        ("jane@.org", DOMAIN),
        ("jane@example..org", DOMAIN),
        ("jane@-example.org", DOMAIN),
        ("jane@example-.org", DOMAIN),
        ("jane@exam_ple.org", DOMAIN),
        ("jane@exam ple.org", DOMAIN),
        ("jane@example,org", DOMAIN),
        ("jane@example.org.", DOMAIN),
        ("jane@example.org>", DOMAIN),
        ("jane@exämple.org", DOMAIN),
        ("jane@example\u3002org", DOMAIN),
        ("jane@example.org\u202c", DOMAIN),
        ("jane@192.0.2.1", DOMAIN),
        ("jane@[192.0.2.1]", DOMAIN),
        ("jane@" + "x" * 64 + ".org", DOMAIN),
    ],
    "government_kind": [
        ("", "Choose the type of government ID."),
        ("NPI", KIND),
        ("card", KIND),
        ("passport", KIND),
        ("x" * 300, KIND),
        ("x" * 1001, TOO_LONG),
    ],
    "npi": [
        ("", "Enter your individual NPI."),
        ("- . -", "Enter your individual NPI."),
        ("123456789", NPI),
        ("12345678933", NPI),
        ("123456789X", NPI),
        ("123456789²", NPI),
        ("NPI 1234567893", NPI),
        ("+1234567893", NPI),
        ("1234567893\x00", NPI),
        ("😀", NPI),
        ("<script>", NPI),
        ("1" * 300, NPI),
        ("1" * 1001, TOO_LONG),
        ("1234567890", NPI_DIGITS),
        ("1234567839", NPI_DIGITS),
        ("2134567893", NPI_DIGITS),
        ("1234576893", NPI_DIGITS),
        ("3234567893", NPI_DIGITS),
        ("0000000000", NPI_DIGITS),
        ("1111111111", NPI_DIGITS),
        ("404-555-2368", NPI_DIGITS),
    ],
    "ssn": [
        ("", "Enter your Social Security number."),
        ("   ", "Enter your Social Security number."),
        ("53690439", SSN),
        ("5369043999", SSN),
        ("XXX-XX-4399", SSN),
        ("536-9O-4399", SSN),
        ("536/90/4399", SSN),
        ("53690439²", SSN),
        ("53690439😀", SSN),
        ("<script>", SSN),
        ("5" * 300, SSN),
        ("5" * 1001, TOO_LONG),
        ("000-90-4399", SSN_DIGITS),
        ("666-90-4399", SSN_DIGITS),
        ("900-90-4399", SSN_DIGITS),
        ("987-65-4320", SSN_DIGITS),
        ("999-99-9999", SSN_DIGITS),
        ("536-00-4399", SSN_DIGITS),
        ("536-90-0000", SSN_DIGITS),
        ("123-45-6789", SSN_DIGITS),
        ("١٢٣٤٥٦٧٨٩", SSN_DIGITS),
        ("111-11-1111", SSN_DIGITS),
        ("222-22-2222", SSN_DIGITS),
        ("888-88-8888", SSN_DIGITS),
        ("078-05-1120", SSN_DIGITS),
        ("078051120", SSN_DIGITS),
        ("219-09-9999", SSN_DIGITS),
        ("457-55-5462", SSN_DIGITS),
    ],
    "financial_kind": [
        ("", "Choose Personal Telephone, Personal Credit Card or Knowledge Questions."),
        ("Card", KIND),
        ("ssn", KIND),
        ("😀", KIND),
    ],
    "phone": [("", "Enter your personal phone number."), *NOT_PHONES],
    "call_phone": [("", "Enter a phone number where we can call you now."), *NOT_PHONES],
    "card": [
        ("", "Enter your personal credit card number."),
        ("411111111111", CARD),
        ("40000000000000000006", CARD),
        ("4111x1111x1111x1111", CARD),
        ("4111/1111/1111/1111", CARD),
        ("411111111111111²", CARD),
        ("4111 1111 1111 1111 12/29", CARD),
        ("visa", CARD),
        ("😀" * 16, CARD),
        ("<script>", CARD),
        ("4" * 300, CARD),
        ("4" * 1001, TOO_LONG),
        ("411111111111111", CARD_DIGITS),
        ("41111111111111111", CARD_DIGITS),
        ("4111111111111112", CARD_DIGITS),
        ("1411111111111111", CARD_DIGITS),
        ("5555555555554445", CARD_DIGITS),
        ("3782 822463 10050", CARD_DIGITS),
        ("٤١١١١١١١١١١١١١١٢", CARD_DIGITS),
        ("0000 0000 0000 0000", CARD_DIGITS),
        ("8888888888888888", CARD_DIGITS),
    ],
    "knowledge": [],
    "confirmation_code": [
        ("", "Enter the confirmation code from the phone call."),
        ("12345", CODE),
        ("1234567", CODE),
        ("12345!", CODE),
        ("12345é", CODE),
        ("ＡＢＣＤＥＦ", CODE),
        ("АВСЕНК", CODE),
        ("12345²", CODE),
        ("12345😀", CODE),
        ("<b>12", CODE),
        ("1" * 300, CODE),
        ("1" * 1001, TOO_LONG),
    ],
    "no kind": [("", KIND_FIRST), ("1234567893", KIND_FIRST), ("1" * 1001, TOO_LONG)],
}

# The numbers are fields of the form together with their kind
FORM = {
    "npi": ("government_number", {"government_kind": "npi"}),
    "ssn": ("government_number", {"government_kind": "ssn"}),
    "phone": ("financial_number", {"financial_kind": "phone"}),
    "card": ("financial_number", {"financial_kind": "card"}),
    "knowledge": ("financial_number", {"financial_kind": "knowledge"}),
    "no kind": ("government_number", {"government_kind": "card"}),
}
JANE = {
    "first_name": "Jane",
    "middle_name": "",
    "last_name": "O’Hara",
    "suffix": "",
    "street": "12 Main St",
    "city": "Atlanta",
    "state": "GA",
    "zip": "30301",
    "birthdate": "2/29/1980",
    "email": "jane@example.org",
    "government_kind": "ssn",
    "government_number": "536-90-4399",
    "financial_kind": "card",
    "financial_number": "4111 1111 1111 1111",
    "call_phone": "(404) 555-2368",
    "confirmation_code": "A1B2C3",
}


def checked(example_name, typed):
    name, values = FORM.get(example_name, (example_name, {}))
    if name == "zip":
        values = {"state": "GA"}
    return identity.checked(name, typed, values, today=TODAY)


@tagged("post_install", "-at_install")
class TestIdentity(BaseCase):
    def test_what_is_valid_and_what_becomes_of_it(self):
        for name, examples in VALID.items():
            for typed, canonical in examples:
                with self.subTest(name, typed=typed):
                    self.assertEqual(checked(name, typed), identity.Result(canonical, None))

    def test_what_is_invalid_says_what_to_do(self):
        for name, examples in INVALID.items():
            for typed, sentence in examples:
                with self.subTest(name, typed=typed[:50]):
                    self.assertEqual(checked(name, typed).problem, sentence)

    def test_every_field_has_examples(self):
        names = {FORM.get(name, (name,))[0] for name in VALID}
        self.assertEqual(names, set(identity.NAMES))
        self.assertEqual(set(VALID) | {"no kind"}, set(INVALID))

    def test_which_are_required(self):
        optional = {name for name, checks in identity.FIELDS.items() if not checks.required}
        self.assertEqual(optional, {"middle_name", "suffix"})

    def test_a_whole_form(self):
        self.assertEqual(identity.problems(JANE, today=TODAY), {})
        cleaned = {name: identity.checked(name, JANE[name], JANE).value for name in JANE}
        self.assertEqual(cleaned["financial_number"], "4111111111111111")
        self.assertEqual(identity.problems(cleaned, today=TODAY), {})

    def test_an_empty_form_asks_for_each_required_field(self):
        required = set(identity.NAMES) - {"middle_name", "suffix"}
        for values in ({}, dict.fromkeys(JANE, ""), dict.fromkeys(JANE, "  "), dict.fromkeys(JANE)):
            self.assertEqual(set(identity.problems(values)), required)

    def test_questions_need_no_number(self):
        values = {**JANE, "financial_kind": "knowledge", "financial_number": ""}
        self.assertEqual(identity.problems(values, today=TODAY), {})

    def test_a_number_is_checked_as_its_kind_wants_it(self):
        for changes, sentence in (
            ({"government_kind": "npi"}, {"government_number": NPI}),
            ({"government_kind": "npi", "government_number": "1234567893"}, {}),
            ({"financial_kind": "phone"}, {"financial_number": PHONE}),
            ({"financial_kind": "phone", "financial_number": "404-555-2368"}, {}),
            (
                {"government_kind": "phone"},
                {"government_kind": KIND, "government_number": KIND_FIRST},
            ),
        ):
            with self.subTest(changes):
                self.assertEqual(identity.problems({**JANE, **changes}, today=TODAY), sentence)

    def test_state_and_zip_agree(self):
        for state, zip_code, agrees in (
            ("GA", "39801", True),
            ("georgia", "39801-1234", True),
            ("FL", "39801", False),
            ("NY", "00501", True),
            ("NY", "06390", True),  # Fishers Island, among the codes of Connecticut
            ("CT", "06390", False),
            ("CT", "06389", True),
            ("TX", "73960", True),
            ("OK", "73960", False),
            ("OK", "73951", True),
            ("TX", "73301", True),
            ("OK", "73301", False),
            ("WY", "83414", True),
            ("ID", "83415", True),
            ("MA", "05501", True),
            ("VT", "05601", True),
            ("DC", "20001", True),
            ("VA", "20101", True),
            ("MD", "20601", True),
            ("DC", "20601", False),
            ("PR", "00901", True),
            ("VI", "00801", True),
            ("PR", "00801", False),
            ("HI", "96701", True),
            ("AS", "96799", True),
            ("HI", "96799", False),
            ("GU", "96910", True),
            ("MP", "96950", True),
            ("GU", "96950", False),
            ("CA", "96162", True),
            ("AK", "99950", True),
            # a state that is itself missing or wrong is one problem, not two
            ("", "30301", True),
            ("XX", "30301", True),
        ):
            with self.subTest(state, zip=zip_code):
                problem = identity.checked("zip", zip_code, {"state": state}).problem
                self.assertEqual(problem, None if agrees else OTHER_STATE)
        for state in ("AA", "AE", "AP"):
            values = {**JANE, "state": state, "zip": "09001"}
            self.assertEqual(
                identity.problems(values, today=TODAY), {"state": MILITARY, "zip": MILITARY}
            )

    def test_each_state_has_zip_codes_of_its_own(self):
        self.assertEqual(len(identity.STATES), 50 + 1 + 5)
        for state, (_name, listed) in identity.STATES.items():
            for part in listed.split():
                for prefix in part.split("-"):
                    with self.subTest(state, prefix=prefix):
                        self.assertEqual(identity.state_of(prefix.ljust(5, "0")), state)

    def test_18_and_120_around_a_leap_day(self):
        for born, today, sentence in (
            ("2008-02-29", date(2026, 2, 28), MINOR),
            ("2008-02-29", date(2026, 3, 1), None),
            ("2008-02-28", date(2026, 2, 28), None),
            ("2008-03-01", date(2026, 2, 28), MINOR),
            ("2006-02-28", date(2024, 2, 28), None),
            ("2006-03-01", date(2024, 2, 29), MINOR),
            ("2006-03-01", date(2024, 3, 1), None),
            ("1904-02-29", date(2024, 2, 28), None),
            ("1904-02-29", date(2024, 2, 29), TOO_OLD),
            ("2024-03-01", date(2024, 2, 29), FUTURE),
            ("1907-03-15", date(2026, 3, 15), None),  # 119
            ("1905-03-15", date(2026, 3, 15), TOO_OLD),  # 121
        ):
            with self.subTest(born, today=today):
                problem = identity.checked("birthdate", born, today=today).problem
                self.assertEqual(problem, sentence)

    def test_what_is_no_text_is_empty(self):
        for value in (None, False, True, 30301, 3.5, [], ["x"], {}, b"30301"):
            for name in identity.NAMES:
                with self.subTest(name, value=value):
                    result = identity.checked(name, value, dict.fromkeys(identity.NAMES, value))
                    self.assertEqual(result.value, "")
                    self.assertEqual(
                        result, identity.checked(name, "", dict.fromkeys(identity.NAMES, value))
                    )

    def test_no_result_shows_what_was_typed(self):
        for name, text in JANE.items():
            result = identity.checked(name, text, JANE)
            if result.value:
                with self.subTest(name):
                    self.assertNotIn(result.value, repr(result))
                    self.assertNotIn(result.value, f"{result} {[result]}")

    def test_secret_inputs(self):
        self.assertEqual(
            identity.SECRET_FIELDS,
            {"government_number", "financial_number", "confirmation_code", "answers"},
        )

    # Sentences are a closed set, hence cannot hold a part of what was typed
    sentences = {name: {sentence for _typed, sentence in INVALID[name]} for name in INVALID}

    @settings(max_examples=200, deadline=None)
    @given(
        text=st.one_of(
            st.text(max_size=40),
            st.text("0123456789٣３²-–.() +/xX@'\u00a0\u202e\u200d", max_size=24),
            st.from_regex(r"[a-z.]{1,9}@[a-z.]{1,9}\.[a-z]{2}", fullmatch=True),
            st.dates().map(str),
            st.characters().map(lambda character: character * 250),
        )
    )
    @example(text="")
    @example(text="\ud800")
    @example(text="0\r.")
    @example(text=". vermont")
    def test_any_text(self, text):
        for name in INVALID:
            result = checked(name, text)
            if result.problem is not None:
                self.assertIn(result.problem, self.sentences[name] | {TOO_LONG})
            again = checked(name, result.value)
            self.assertEqual(again, result)
            # each check alone, on what was not cleaned too
            field_name, values = FORM.get(name, (name, {}))
            checks = identity.field_of(field_name, values)
            for value in (text, checks.clean(text)):
                self.assertIn(checks.problem(value) or TOO_LONG, self.sentences[name] | {TOO_LONG})

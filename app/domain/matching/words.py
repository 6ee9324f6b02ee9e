"""Words that say little about which company a name means, and letters that are written in more than one way."""


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS = word_set(
    """ab ag aktiebolag aktiengesellschaft anonim aps as asa at bhd bv bvba company co corp corporation cv cvba
    dba dd doo eg ehf ek eurl ev gbr gesellschaft gk gmbh hf holding holdings inc incorporated jsc kabushiki
    kaisha kft kg kgaa kk limited llc llp lp ltd ltda mbh nv oao ohg ooo oy oyj pao pjsc plc pt pte pty sa
    sab sae saoc sapi sarl sas sasu sau sca scrl sdn se sl slu snc spa spzoo sprl srl sro tbk ug unlimited
    vof zao zrt"""
)
"""Forms of incorporation, without dots."""

LEGAL_PHRASES = (
    "sp z oo",
    "sp z o o",
    "spolka z ograniczona odpowiedzialnoscia",
    "spolka akcyjna",
    "s r o",
    "d o o",
    "s a u",
    "s l u",
    "s a s",
    "s p a",
    "s a b de c v",
    "sa de cv",
    "s de rl de cv",
    "societe anonyme",
    "sociedad anonima",
    "gmbh and co kgaa",
    "gmbh and co kg",
    "and co kg",
    "and co",
    "public limited company",
)
EAST_ASIAN_FORMS = ("株式会社", "有限会社", "合同会社", "股份有限公司", "有限公司", "주식회사", "㈱")

NOISE = word_set(
    """the new old former formerly duplicate dup test department dept division div office branch headquarters
    hq procurement purchasing sales hr it finance accounts payable marketing logistics operations team attn
    site main www com"""
)
"""What sellers and partners add to a name for themselves."""

REGIONS = word_set(
    """africa america americas apac argentina asia australia austria bangladesh belgie belgium benelux brasil
    brazil bulgaria canada chile china colombia croatia czechia dach danmark denmark deutschland egypt emea
    espana europe finland france germany greece hellas hungary iberia india indonesia ireland israel italia
    italy japan korea latam magyarorszag malaysia mea mexico nederland netherlands nordic nordics norge
    norway osterreich pacific philippines poland polska portugal romania russia schweiz singapore slovakia
    slovensko spain suisse suomi sverige sweden switzerland taiwan thailand turkey turkiye uae uk usa us
    vietnam"""
)
"""A region at the end of a name tells a branch from its parent; the family is the same."""

GENERIC = word_set(
    """advanced american associates banc bancorp bank brands british capital care central chemical chemicals
    communications consulting digital east electric electronics energy engineering enterprise enterprises
    entertainment equipment financial first foods gas general global group groupe health healthcare home
    homes industrial industries industry information insurance international life management manufacturing
    materials media medical metal metals mining motor motors mutual national networks north northern oil
    pacific paper partners pharma pharmaceutical pharmaceuticals power products properties realty research
    resources retail royal savings science sciences security semiconductor service services software
    solutions south southern standard steel stores strategic street superior systems tech technologies
    technology telecom telephone therapeutics trading transport travel trust union united universal
    utilities water west western world worldwide"""
)
"""Words that so many companies share that having one in common means little."""

_SYLLABLES = ("e", "zh", "ts", "ch", "sh", "shch", "yu", "ya", "i", "i", "e", "g")

LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ŋ": "n",
        "ħ": "h",
        "'": None,
        "’": None,
        "`": None,
        "´": None,
        **dict(zip("абвгдезийклмнопрстуфхъыьэ", "abvgdeziiklmnoprstufh\0y\0e", strict=True)),
        **dict(zip("ёжцчшщюяіїєґ", _SYLLABLES, strict=True)),
        **dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)),
        **dict(zip("θχψ", ("th", "ch", "ps"), strict=True)),
    }
)
"""Enough to bring Cyrillic and Greek names near their Latin spelling; a typo's distance covers the rest."""

"""Words that say little about which company a name means, and words that are written in more than one way."""


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _names(text: str) -> frozenset[str]:
    """Names of one or more words, divided by bars."""
    return frozenset(" ".join(name.split()) for name in text.split("|"))


def _pairs(text: str) -> dict[str, str]:
    return {word: one for word, _, one in (pair.partition(":") for pair in text.split())}


LEGAL_FORMS = word_set(
    """ab abp adj ag ae aktiebolag aktiengesellschaft aktieselskab akciova anonim anonymi aps as asa
    ate atap bhd bv bvba ca cia co company companies corp corporation cooperativa cv cvba dba dd doo
    eg ehf ek epe esop eurl ev gbr gesellschaft ges gesmbh gk gmbh hf holding holdings ike inc
    incorporated jsc kabushiki kaisha kft kg kgaa kk kom kollektiv limited llc llp lp ltd ltda lda
    mbh mep mte naamloze nyrt nv oao od ohg ood oo ooo oy oyj pao pcl pjsc plc pllc pt pte pty pvt
    private qpsc qsc rt sa sab sae saoc sapi sarl sas sasu sau saog sca scrl sdn se sirketi sia sl
    slu snc spa spol spolka spzoo sprl srl sro srls stiftung sti tas tbk tic tov ug uab unlimited
    vof zao zat zrt shpk llp ead eood ad kd dno jv fze fzco wll psc aktiebolaget berhad bsc cjsc dmcc
    eireli ksc kpsc lllp ltee ojsc ou pbc proprietary publ saa sac sgps ulc unipessoal vvag"""
)
"""Forms of incorporation, without dots, in Latin letters, as they stand after a name."""

FORMS_BEFORE = word_set("ao cv firma messrs oao ooo pao pt sc sia spolka srl the tov uab zao attn")
"""What stands before a name and says nothing."""

LEGAL_PHRASES = (
    "sp z oo",
    "sp z o o",
    "sp j",
    "spolka z ograniczona odpowiedzialnoscia",
    "spolka akcyjna",
    "s r o",
    "a s",
    "a g",
    "a b",
    "n v",
    "b v",
    "s a",
    "s l",
    "k k",
    "d o o",
    "o o o",
    "a d",
    "s a u",
    "s l u",
    "s a s",
    "s p a",
    "s r l",
    "l l c",
    "p l c",
    "s a b de c v",
    "sab de cv",
    "sa de cv",
    "s a de c v",
    "s de rl de cv",
    "s de r l de c v",
    "s de rl",
    "sa de c v",
    "spol s r o",
    "spol s ro",
    "gmbh u co kg",
    "class a",
    "class b",
    "class c",
    "societe anonyme",
    "societe par actions simplifiee",
    "sociedad anonima",
    "sociedad limitada",
    "societa per azioni",
    "societa a responsabilita limitata",
    "gmbh and co kgaa",
    "gmbh and co kg",
    "and co kg",
    "and co",
    "and company",
    "anonim sirketi",
    "limited sirketi",
    "ltd sti",
    "public limited company",
    "public company limited",
    "pty ltd",
    "pvt ltd",
    "sdn bhd",
    "co ltd",
    "obshchestvo s ogranichennoy otvetstvennostyu",
    "aktsionernoe obshchestvo",
    "kabushiki kaisha",
)
EAST_ASIAN_FORMS = (
    *("株式会社", "有限会社", "合同会社", "(株)", "㈱", "ホールディングス", "グループ"),
    *("股份有限公司", "有限責任公司", "有限责任公司", "有限公司", "集团", "集團", "控股", "公司"),
    *("주식회사", "유한회사", "(주)", "그룹"),
    *("บริษัท", "จำกัด", "(มหาชน)", "شركة", "مجموعة", "شرکت", 'בע"מ', "בע״מ", "חברת"),
)
"""Written without a space before or after the name, so they are cut out before words are split."""

DEPARTMENTS = word_set(
    """new old duplicate dup test copy department departments dept division div office offices branch
    headquarters head hq procurement purchasing purchase sales hr it ict finance accounts account
    payable marketing logistics operations team attn site main confidential renewal prospect
    customer client closed inactive obsolete opportunity opp deal expansion upsell pilot poc quote tender
    rfp rfq project phase seats users licence licences license licenses corporate legal einkauf
    vertrieb achats compras niederlassung filiale
    zweigniederlassung sucursal succursale filial hauptsitz zentrale siege"""
)
"""What sellers and partners add to a name for themselves, behind a dash or in brackets."""

OFFICES = word_set(
    """department departments dept division office branch headquarters hq procurement purchasing duplicate
    niederlassung filiale zweigniederlassung sucursal succursale hauptsitz einkauf"""
)
"""Those of them that end no company's own name. Before one of these, the others are additions too."""

ALSO = (
    *(
        "formerly known as",
        "formerly",
        "previously",
        "f/k/a",
        "fka",
        "a/k/a",
        "aka",
        "also known as",
        "now known as",
        "n/k/a",
        "nka",
        "d/b/a",
        "dba",
    ),
    *(
        "doing business as",
        "trading as",
        "t/a",
        "now part of",
        "ehemals",
        "vormals",
        "fruher",
        "anciennement",
        "ex",
    ),
)
"""Between two names of one company."""

COUNTRY_NAMES = {
    name: code
    for code, *names in map(
        str.split,
        """ae uae emirates
        ar argentina
        at austria osterreich oesterreich
        au australia aus
        bd bangladesh
        be belgie belgium belgique belgien
        bg bulgaria
        br brasil brazil
        ca canada
        ch schweiz suisse switzerland svizzera
        cl chile
        cn china zhongguo
        co colombia
        cz czechia cesko czech
        de deutschland germany
        dk danmark denmark
        ee estonia eesti
        eg egypt
        es espana spain espanola
        fi finland suomi
        fr france
        gb uk britain
        gh ghana
        gr greece hellas
        hk hongkong hk
        hr croatia hrvatska
        hu hungary magyarorszag
        id indonesia
        ie ireland eire
        il israel
        in india
        is iceland
        it italia italy
        jp japan nihon nippon
        ke kenya
        kr korea
        kz kazakhstan
        lt lithuania lietuva
        lu luxembourg
        lv latvia
        ma morocco maroc
        mx mexico
        my malaysia
        ng nigeria
        nl nederland netherlands holland
        no norge norway
        nz newzealand nz
        pe peru
        ph philippines
        pk pakistan
        pl poland polska
        pt portugal
        cr costarica
        lk srilanka
        ro romania
        rs serbia srbija
        sa saudiarabia
        ru russia rossiya
        se sverige sweden
        sg singapore
        si slovenia slovenija
        sk slovakia slovensko
        th thailand
        tn tunisie
        tr turkey turkiye
        tw taiwan
        ua ukraine
        us usa
        vn vietnam
        za southafrica""".splitlines(),
    )
    for name in names
}
"""A country at the end of a name, by its code: with the country of the company it explains a branch."""

COUNTRY_PAIRS = {
    (first, second): one
    for first, second, one in map(
        str.split,
        """asia pacific apac
        costa rica costarica
        czech republic czechia
        great britain britain
        hong kong hongkong
        latin america latam
        new zealand newzealand
        north america america
        northern ireland britain
        puerto rico usa
        saudi arabia saudiarabia
        south africa southafrica
        south america america
        south korea korea
        sri lanka srilanka
        united kingdom uk
        united states usa""".splitlines(),
    )
}
"""Countries and regions of two words, by the one word that stands for them in the tables."""

REGIONS = frozenset(COUNTRY_NAMES) | word_set(
    """africa america americas apac asia benelux dach emea europe europa iberia latam mea nordic nordics
    north south east west northern southern eastern western central"""
)
"""A region at the end of a name tells a branch from its parent; the family is the same."""

DIRECTIONS = word_set("north south east west northern southern eastern western central")
"""At the end they only count as a region when a country stands there too; alone they are part of the name."""

CITIES = _names(
    """abu dhabi|amsterdam|antwerp|athens|atlanta|auckland|austin|bangalore|bangkok|barcelona|basel|beijing|
    bengaluru|berlin|birmingham|bogota|boston|bratislava|bristol|brussels|bucharest|budapest|buenos aires|cairo|
    cape town|chengdu|chennai|chicago|cologne|copenhagen|dallas|delhi|denver|detroit|doha|dubai|dublin|
    dusseldorf|edinburgh|frankfurt|geneva|glasgow|gothenburg|guangzhou|hamburg|hangzhou|helsinki|houston|
    hyderabad|istanbul|jakarta|johannesburg|koln|krakow|kuala lumpur|kyiv|lagos|leeds|leipzig|lima|lisbon|
    ljubljana|london|los angeles|luxembourg|lyon|madrid|malmo|manchester|manila|marseille|melbourne|mexico city|
    miami|milan|milano|montreal|moscow|mumbai|munchen|munich|nairobi|nanjing|new delhi|new york|osaka|oslo|
    paris|perth|prague|praha|pune|riga|rio de janeiro|riyadh|roma|rome|rotterdam|san diego|san francisco|
    santiago|sao paulo|seattle|seoul|shanghai|shenzhen|sofia|stockholm|stuttgart|suzhou|sydney|taipei|tallinn|
    tel aviv|tianjin|tokyo|toronto|turin|valencia|vancouver|vienna|vilnius|warsaw|warszawa|wien|wuhan|zagreb|
    zurich"""
)
"""Behind a dash, a comma or in brackets they say where a branch sits; at the end of a name they belong to it."""

GENERIC = (
    frozenset(COUNTRY_NAMES)
    | word_set(
        """advanced african airlines airport american asset associates auto automotive aviation banc banca
        banco bancorp bank bankasi banking banque brands british brothers building business canadian
        capital care cargo cement center central centre chemical chemicals china city club coffee commerce
        commercial communications construction consulting consumer cosmetics credit dairy data de delivery
        design development digital distribution du east eastern education electric electrical electricity
        electronic electronics energia energie energy engineering enterprise enterprises entertainment
        environmental equipment estate estates european euro express fashion federal financial first food
        foods freight fresh fuel furniture future gas general german gida glass global gold green group
        groupe grupo grupa gruppe gruppo grup health healthcare heavy high home homes hospital hotel hotels
        house imports industrial industrie industries industry information infrastructure innovation
        instruments insurance insurances integrated interactive international investment investments it
        land laboratories leasing life lighting lines logistics machinery machines management manufacturing
        marine maritime market markets materials mechanical media medical medicine metal metals
        microelectronics mills mining mobile mobility modern motor motors mutual national natural network
        networks new nord north northern office oil online optical optics packaging paint paper park
        partners petroleum pharma pharmaceutical pharmaceuticals pharmacy plastics port power precision
        premier press printing private pro products professional properties property public publishing
        railway real realty red regional renewable rent republic research resorts resources restaurant
        restaurants retail robotics royal safety sanayi savings school science sciences security
        semiconductor semiconductors service services shipping shop smart software solar solution solutions
        south southern special specialty sports standard star state steel store stores strategic street
        studio sud super superior supermarket supply systems tech technical technologie technologies
        technology telecom telecommunications telekom telephone textile textiles therapeutics ticaret
        timber tobacco tools tourism toys trade trading transport transportation travel trust union united
        universal university urban utilities van ventures vision water wealth west western white wine
        wireless wood wooden works world worldwide von der und of for la le les el los del della di da do
        dos das a"""
    )
    | word_set(
        """amsterdam athens barcelona berlin boston chicago delhi dubai frankfurt geneva hamburg istanbul
        lisboa lisbon london madrid milan milano moscow mumbai munchen munich osaka oslo paris prague roma
        rome shanghai stockholm sydney tokyo toronto vienna warsaw wien zurich"""
    )
)
"""Words that so many companies share that having one in common means little."""

FILLERS = word_set(
    """and group holding holdings international global worldwide company companies corporation enterprises
    brands europe of the de da do del di y e et a co inc limited"""
)
"""Words added to a name without meaning another company. A trade ("motor", "bank") may mean a sister."""

NOTHING = FILLERS | LEGAL_FORMS
"""Fillers, and forms that stand before one: "Acme Ltd Group"."""

SPELLINGS = _pairs(
    """intl:international internatl:international int:international mfg:manufacturing mfr:manufacturing
    mfrs:manufacturing bros:brothers bro:brothers gebr:bruder gebruder:bruder gebrueder:bruder
    natl:national nat:national assoc:associates assocs:associates assn:association svc:services
    svcs:services serv:services service:services tech:technology techs:technology
    technologies:technology tec:technology sys:systems syst:systems system:systems grp:group
    gp:group gruppe:group gruppo:group groupe:group grupo:group grupa:group grup:group
    mgmt:management mgt:management dev:development devt:development engg:engineering
    engr:engineering eng:engineering ind:industries inds:industries indus:industries
    industrial:industries industry:industries industrie:industries industria:industries
    elec:electric electrical:electric electronic:electronics pharma:pharmaceuticals
    pharm:pharmaceuticals pharmaceutical:pharmaceuticals lab:laboratories labs:laboratories
    laboratory:laboratories univ:university hosp:hospital ctr:center centre:center amer:american
    comm:communications comms:communications communication:communications
    telecomm:telecommunications telecom:telecommunications telekom:telecommunications fin:financial
    finl:financial finance:financial ins:insurance st:saint ste:sainte mt:mount ft:fort
    cie:compagnie ets:etablissements soc:societe hldg:holdings hldgs:holdings bk:bank prod:products
    prods:products product:products solution:solutions soln:solutions solns:solutions
    cons:consulting constr:construction const:construction transp:transport trans:transport
    distr:distribution chem:chemical chems:chemical chemicals:chemical hlth:health med:medical
    mktg:marketing mkt:market mkts:markets log:logistics prop:properties props:properties
    property:properties rlty:realty res:resources resource:resources bldg:building equip:equipment
    envir:environmental env:environmental inv:investments invest:investments investment:investments
    invs:investments ent:enterprises enterprise:enterprises entmt:entertainment foods:food
    dept:department gen:general cent:central fed:federal auto:automotive semi:semiconductor
    semiconductors:semiconductor networks:network store:stores material:materials metals:metal
    partner:partners science:sciences therapeutic:therapeutics motors:motor mills:mill
    telephones:telephone und:and et:and och:and og:and ve:and ja:and"""
)
"""One spelling for each word that is written short, in the plural, or in another language."""

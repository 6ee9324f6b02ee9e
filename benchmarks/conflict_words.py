"""What the generated companies are called: parts of names in many languages, all made up or common words."""

COUNTRIES: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    # code: (language, legal forms, ending of domains, how branches call the country)
    "us": ("en", ("Inc.", "Corp.", "LLC", "Co.", "Incorporated", "Corporation", ""), "com", "USA"),
    "gb": ("en", ("Ltd", "plc", "Limited", "LLP", "Holdings plc", ""), "co.uk", "UK"),
    "au": ("en", ("Pty Ltd", "Limited", ""), "com.au", "Australia"),
    "ca": ("en", ("Inc.", "Ltd.", ""), "ca", "Canada"),
    "in": ("en", ("Pvt Ltd", "Private Limited", "Ltd", ""), "co.in", "India"),
    "de": ("de", ("GmbH", "AG", "GmbH & Co. KG", "SE", "KG", "e.K.", ""), "de", "Deutschland"),
    "at": ("de", ("GmbH", "AG", "Ges.m.b.H.", ""), "at", "Österreich"),
    "ch": ("de", ("AG", "SA", "GmbH", ""), "ch", "Schweiz"),
    "fr": ("fr", ("SA", "SAS", "S.A.R.L.", "SASU", ""), "fr", "France"),
    "be": ("fr", ("NV", "SA", "BVBA", "SPRL", ""), "be", "Belgique"),
    "it": ("it", ("S.p.A.", "S.r.l.", "SpA", ""), "it", "Italia"),
    "es": ("es", ("S.A.", "S.L.", "S.A.U.", "SL", ""), "es", "España"),
    "mx": ("es", ("S.A. de C.V.", "SA de CV", ""), "com.mx", "México"),
    "br": ("pt", ("Ltda", "S.A.", "SA", ""), "com.br", "Brasil"),
    "pt": ("pt", ("Lda", "S.A.", ""), "pt", "Portugal"),
    "nl": ("nl", ("B.V.", "N.V.", "BV", ""), "nl", "Nederland"),
    "se": ("sv", ("AB", "Aktiebolag", ""), "se", "Sverige"),
    "no": ("no", ("AS", "ASA", ""), "no", "Norge"),
    "dk": ("no", ("A/S", "ApS", ""), "dk", "Danmark"),
    "fi": ("fi", ("Oy", "Oyj", ""), "fi", "Suomi"),
    "pl": ("pl", ("S.A.", "Sp. z o.o.", "sp.j.", ""), "pl", "Polska"),
    "cz": ("cs", ("s.r.o.", "a.s.", ""), "cz", "Česko"),
    "hu": ("hu", ("Kft.", "Zrt.", "Nyrt.", ""), "hu", "Magyarország"),
    "tr": ("tr", ("A.Ş.", "Ltd. Şti.", ""), "com.tr", "Türkiye"),
    "ru": ("ru", ("ООО", "ПАО", "АО", ""), "ru", "Россия"),
    "gr": ("el", ("Α.Ε.", "SA", ""), "gr", "Hellas"),
    "jp": ("ja", ("株式会社", "K.K.", "Co., Ltd.", ""), "co.jp", "Japan"),
    "cn": ("zh", ("有限公司", "Co., Ltd.", "股份有限公司", ""), "cn", "China"),
    "kr": ("ko", ("주식회사", "(주)", "Co., Ltd.", ""), "co.kr", "Korea"),
    "ae": ("ar", ("LLC", "FZE", ""), "ae", "UAE"),
    "il": ("he", ("Ltd", 'בע"מ', ""), "co.il", "Israel"),
    "th": ("th", ("PCL", "Co., Ltd.", ""), "co.th", "Thailand"),
}

TRADES: dict[str, str] = {
    "en": """Logistics|Foods|Systems|Insurance|Chemicals|Energy|Steel|Software|Therapeutics|Motors|Bank
    Capital|Holdings|Group|Manufacturing|Technologies|Industries|Brothers|International
    Medical Devices|Water Services|Financial|Foods|Hotels|Airlines|Realty Trust|Communications
    Semiconductor|Materials|Stores|Health|Networks|Partners|Laboratories|Savings Bank|Electric|Paper
    Packaging|Pharmaceuticals|Solutions|Engineering|Products|Associates""",
    "de": "Werke|Maschinenbau|Versicherung|Logistik|Bau|Chemie|Apotheke|Bäckerei|Brauerei|Technik|Stahl|Möbel",
    "fr": "Transports|Assurances|Boulangerie|Énergie|Bâtiment|Chimie|Santé|Industries|Frères|Distribution",
    "it": "Alimentari|Costruzioni|Assicurazioni|Trasporti|Moda|Farmaceutici|Meccanica|Fratelli|Energia",
    "es": "Alimentos|Construcciones|Seguros|Transportes|Hermanos|Energía|Farmacia|Textiles|Minera|Cementos",
    "pt": "Alimentos|Construções|Seguros|Transportes|Irmãos|Energia|Papel|Têxtil|Mineração|Supermercados",
    "nl": "Bouw|Verzekeringen|Transport|Bloemen|Techniek|Zuivel|Haven|Energie|Groep",
    "sv": "Bygg|Försäkring|Skog|Stål|Fastigheter|Teknik|Livsmedel|Energi",
    "no": "Shipping|Forsikring|Laks|Energi|Bygg|Eiendom|Teknikk|Sjømat",
    "fi": "Metsä|Vakuutus|Rakennus|Teollisuus|Kauppa|Energia",
    "pl": "Transport|Budownictwo|Ubezpieczenia|Spożywczy|Energia|Meble|Hurtownia",
    "cs": "Stavby|Pojišťovna|Strojírny|Potraviny|Energie|Sklo",
    "hu": "Építő|Biztosító|Élelmiszer|Gép|Energia",
    "tr": "İnşaat|Gıda|Sigorta|Çelik|Enerji|Tekstil|Otomotiv",
    "ru": "Строй|Энерго|Банк|Хлеб|Сталь|Транс|Аптека|Лес",
    "el": "Τρόφιμα|Τράπεζα|Ενέργεια|Τσιμέντα|Ναυτιλία",
    "ja": "製作所|電機|商事|銀行|食品|建設|Electric|Foods|Heavy Industries|化学|自動車",
    "zh": "科技|银行|能源|食品|钢铁|医药|Technology|Energy|集团|电器",
    "ko": "전자|건설|화학|은행|식품|Electronics|Chemical|해운",
    "ar": "Trading|Contracting|Foods|Holding|Petroleum|للتجارة|القابضة|للمقاولات",
    "he": "Systems|Foods|Bank|תעשיות|מזון|טכנולוגיות",
    "th": "Foods|Cement|Energy|อาหาร|พลังงาน",
}

SYLLABLES: dict[str, str] = {
    "en": """al an ar bel bro cal cor dal den el fen gar har in kel lar mor nor or pen qua ris sol tor ul ver
    wes zen x tek""",
    "de": "ber burg dorf eich fels grün hof jung kal löw mei neu ost rau schön thal uhl vogt wend zie",
    "fr": "beau bois chau clair dela fleur gué lau mont nou pré riv roche sain val vert viel",
    "it": "bella cas chi dona fer gia landi mar netti po ric sal tora vigna zani",
    "es": "agui cas del dor est fuen gar lla mon nava pala rey sal torre villa zar",
    "pt": "alme bran car costa fer guima lima mou noro oli per rei sou tava vas",
    "nl": "aar berg de dijk gra haan kuip meer nie oost poel schie veen wijk zand",
    "sv": "alm berg björk dal ek fors gran holm lind näs quist sjö ström ås ö",
    "no": "aas bakk dal fjell gran haug kvam lund mo nes rød sand tveit øst vik",
    "fi": "aho harju joki kallio lehti mäki niemi oja pelto ranta saari vaara",
    "pl": "bor czer dąb gór ja kow las młyn nowa ostrow pol rad sław wisz żół",
    "cs": "brou černý dvo hra jez kop les moř no pra roz sed tře vlč",
    "hu": "bal csó erd far gal hor kis lak mé nagy ör pál szil tó vár",
    "tr": "ak bey can çe de er gül han kar mer öz sa tür yıl",
    "ru": "бе вол гор да зо ир ка лу ме но ор по ро све та ура яр",
    "el": "αγ βα γε δη ελ θε κα λυ μα νε πα ρο σα τη",
    "ja": "asa da fuji ga hara i kawa ki mori mura na no oka saki shi ta yama to ho",
    "zh": "华 金 海 东 方 天 龙 新 远 宏 泰 兴 盛 达 中 安",
    "ko": "한 성 대 동 진 세 우 미 정 청 호 양 신 원 태",
    "ar": "al ba da fa ha ja ka la ma na ra sa ta wa za dir bah sal",
    "he": "אל בר גל דן הר זב כר לב מג נט עד פל רם שח",
    "th": "ชัย ทอง นคร พงษ์ ไทย ศรี สยาม สุข วงศ์ บุญ",
}

COINED = """ac adi aero alta ami ana aqua arca aspe ax bio bri cela cen ci co cy dex di duo eco elo emi en
evo exa fi flu ge gli ha helio hy ico ima ino io ix ja ki kora la li lo lumi ly ma me mi mo na ne no nu o
op or pa pha pi po pro qua ra re ri ro ru sa se si so spe sy ta te ti tra tri tu u va ve vi vo xa xe y za
ze zo""".split()

PLACES = """Tulsa Kassel Rennes Bergamo Sevilla Braga Utrecht Uppsala Bergen Tampere Gdynia Brno Szeged
Bursa Perm Patras Nagoya Harbin Busan Sharjah Haifa Chonburi Ohio Dakota Cornwall Leeds Perth Halifax Pune
Graz Basel Ghent Puebla Recife Aarhus Rhein Alpen Donau Fjord Baltic Adria Andes Sahara
Delta Pacific Atlantic""".split()

ADJECTIVES = """Blue Silver Golden First United Northern Royal Summit Harbor Liberty Pioneer Crescent Evergreen
    Iron Stone Bright Swift Noble Prime Apex Cedar River Granite Eagle Falcon Phoenix Sterling
    Heritage Beacon Compass Anchor""".split()

FREE_MAIL = """gmail.com hotmail.com outlook.com yahoo.com web.de gmx.net orange.fr libero.it qq.com
163.com mail.ru yandex.ru naver.com wp.pl icloud.com proton.me yahoo.co.jp hotmail.fr aol.com
seznam.cz""".split()

PLATFORMS = (
    "facebook.com/{}",
    "linkedin.com/company/{}",
    "{}.wixsite.com/home",
    "sites.google.com/view/{}",
    "instagram.com/{}",
    "{}.myshopify.com",
    "{}.wordpress.com",
    "{}.blogspot.com",
    "{}.business.site",
)

FIRST = """ada ben carlos dina emre farid greta hana ivan jun kaya luis mei nora omar petra qing rosa sven
tomas uma vera wei yara zoe anders bruno chloe dario elena""".split()
LAST = """abbas baker conti dvorak eriksen fontaine gomez haas ito jansen kaya lindgren meyer nowak okafor
park quiroga ricci sato toth ueda varga weiss xu yilmaz zhou archer blanc castro dahl""".split()

PARTNERS = """Meridian Consulting|Nordlicht Systems|Cascade Partners|Osprey Digital|Tessera IT
Quill & Crane|Vantage Bridge|Lumen Integrators|Pacific Reach
Bluestone Advisory""".replace("\n", "|").split("|")

ADDITIONS = (
    "{} (new)",
    "{} - IT Department",
    "{} HQ",
    "{} / Purchasing",
    "The {}",
    "{} [duplicate]",
    "{} - Renewal",
    "{} Headquarters",
    "{} - Einkauf",
    "{} (Sales)",
    "{} Head Office",
    "{} - EMEA",
    "ATTN {}",
    "{} - {}",
)

SHORT = {
    "International": ("Intl", "Int'l", "Intl."),
    "Manufacturing": ("Mfg", "Mfg."),
    "Brothers": ("Bros", "Bros."),
    "Technologies": ("Tech", "Technology"),
    "Technology": ("Tech", "Technologies"),
    "Associates": ("Assoc.", "Assocs"),
    "Industries": ("Ind.", "Inds", "Industry"),
    "Laboratories": ("Labs", "Lab"),
    "Pharmaceuticals": ("Pharma", "Pharm."),
    "Financial": ("Fin.", "Finl"),
    "Services": ("Svcs", "Service"),
    "Solutions": ("Soln", "Solution"),
    "Engineering": ("Eng.", "Engg"),
    "Communications": ("Comms", "Communication"),
    "Group": ("Grp", "Gp"),
    "Partners": ("Ptnrs", "Partner"),
    "Insurance": ("Ins.", "Ins"),
    "Logistics": ("Log.", "Logistic"),
    "Maschinenbau": ("Masch.bau", "MB"),
    "Electric": ("Elec", "Elec."),
    "Products": ("Prods", "Prod."),
    "Company": ("Co", "Co."),
    "Bank": ("Bk",),
}

"""The words of the sample pipeline: invented firms, people and products. All domains end in .example."""

OWNERS = (
    ("Mara Lindqvist", "Enterprise North"),
    ("Tomás Herrera", "Enterprise South"),
    ("Ines Okafor", "Enterprise North"),
    ("Jonah Weiss", "Mid-market"),
    ("Priyanka Nair", "Mid-market"),
    ("Callum Reid", "Enterprise South"),
)
MANAGER = "Helene Brandt"

COMPANIES = (
    ("Halden Marine", "Shipbuilding", "Bergen", "Norway", 2300, 410),
    ("Brightwater Utilities", "Utilities", "Leeds", "United Kingdom", 5200, 1900),
    ("Orchard Clinics", "Health care", "Portland", "United States", 1100, 240),
    ("Lakeside Foods", "Food and beverage", "Lucerne", "Switzerland", 860, 175),
    ("Meridian Rail", "Transport", "Lyon", "France", 9400, 2700),
    ("Kestrel Air Cargo", "Logistics", "Rotterdam", "Netherlands", 1750, 620),
    ("Pinecrest Insurance", "Insurance", "Toronto", "Canada", 3100, 1350),
    ("Tessel Robotics", "Machinery", "Stuttgart", "Germany", 420, 96),
    ("Sable & Finch", "Retail", "Dublin", "Ireland", 2900, 530),
    ("Alder Valley Schools", "Education", "Denver", "United States", 1400, 88),
    ("Quarrystone Cement", "Building materials", "Kraków", "Poland", 1900, 340),
    ("Luma Telecom", "Telecommunications", "Lisbon", "Portugal", 4600, 1480),
)
"""Name, industry, city, country, employees, revenue in millions."""

PEOPLE = (
    ("Astrid", "Solberg", "Chief information officer"),
    ("George", "Whitfield", "Head of operations"),
    ("Renee", "Dubois", "Procurement lead"),
    ("Samuel", "Adeyemi", "IT director"),
    ("Katarzyna", "Nowak", "Plant manager"),
    ("Daniel", "Ferreira", "Security officer"),
    ("Naomi", "Sato", "Finance director"),
    ("Oliver", "Marsh", "Enterprise architect"),
    ("Leila", "Haddad", "Programme manager"),
    ("Marcus", "Vogel", "Head of data"),
    ("Chiara", "Rossi", "Chief operating officer"),
    ("Peter", "Nygaard", "Network lead"),
)

PRODUCTS = (
    ("Sensor Gateway", 18_000),
    ("Fleet Insight", 64_000),
    ("Edge Suite", 42_000),
    ("Predict Add-on", 27_500),
    ("Managed Rollout", 88_000),
)
OCCASIONS = ("pilot", "rollout", "renewal", "expansion", "second site")
COMPETITORS = ("Vantiq Systems", "Orbis Controls", "In-house build", "", "Deltawerk")
NOTES = (
    "Champion is leaving in spring; find a second sponsor before the board meets.",
    "They can go to 12% more if we hold the date. Do not open with a discount.",
    "Legal wants the liability cap raised; our limit is twice the yearly fee.",
    "Price was leaked to them by a former colleague. Keep list prices off slides.",
    "",
)

PARTNERS = (
    (
        *("northwind", "Northwind Integrators", "reseller", "Gold", "northwind.example"),
        (("Priya", "Raman", "Partner manager"), ("Lukas", "Hoffmann", "Solution architect")),
    ),
    (
        *("contoso", "Contoso Resale", "reseller", "Silver", "contoso.example"),
        (("Bruno", "Keller", "Sales lead"),),
    ),
    (
        *("fabrikam", "Fabrikam Services", "system_integrator", "Gold", "fabrikam.example"),
        (("Amara", "Diallo", "Delivery director"), ("Wes", "Carter", "Project lead")),
    ),
)
"""Key, name, type, level, domain, people."""

STORIES = (
    {
        "company": "Halden Marine",
        "name": "Halden Marine – Fleet Insight rollout",
        "stage": "proposal",
        "amount": 248_000,
        "opened": -62,
        "closes": 34,
        "product": "Fleet Insight",
        "next_step": "Security questionnaire back from the customer, then site survey in Bergen",
        "description": "Fleet monitoring on 14 vessels. Northwind leads installation, Fabrikam integrates the ERP.",
        "partners": ("northwind", "fabrikam"),
        "margin": 31.5,
        "discount": 8,
        "internal_notes": "Floor is 225,000. Northwind's own price includes 9% that they do not know we see.",
        "competitor": "Vantiq Systems",
    },
    {
        "company": "Brightwater Utilities",
        "name": "Brightwater Utilities – Edge Suite pilot",
        "stage": "engaging",
        "amount": 126_000,
        "opened": -27,
        "closes": 71,
        "product": "Edge Suite",
        "next_step": "Workshop with the network team on pump station telemetry",
        "description": "Pilot on six pump stations, then a tender for 180. Contoso registered it first.",
        "partners": ("contoso",),
        "margin": 24,
        "discount": 5,
        "internal_notes": "The tender will be open; do not let the pilot price become the anchor.",
        "competitor": "Orbis Controls",
    },
    {
        "company": "Orchard Clinics",
        "name": "Orchard Clinics – Managed Rollout",
        "stage": "negotiation",
        "amount": 312_500,
        "opened": -118,
        "closes": 12,
        "product": "Managed Rollout",
        "next_step": "Contract redlines with procurement on Thursday",
        "description": "Rollout to 23 clinics with Northwind on site and our managed service behind it.",
        "partners": ("northwind",),
        "margin": 36.25,
        "discount": 12,
        "internal_notes": "Procurement has signalled 300,000; we may go to 298,000 without asking.",
        "competitor": "In-house build",
    },
)
"""Deals told in detail; days are counted from today. Partner pages must never show the last four."""

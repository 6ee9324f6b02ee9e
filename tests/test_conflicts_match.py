import csv
import json

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import main

ACCOUNTS = "id,source,company,website,country,contacts\n"
CLAIMS = "id,partner,company,website,country,contact_name,contact_email\n"


@pytest.fixture
def match(tmp_path):
    def run(accounts, claims, *more):
        paths = {name: tmp_path / f"{name}.csv" for name in ("accounts", "registrations", "out")}
        for name, content in (("accounts", accounts), ("registrations", claims)):
            paths[name].write_bytes(content.encode() if isinstance(content, str) else content)
        words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
        answer = CliRunner().invoke(main, ["conflicts", "match", *words, *more])
        out = paths["out"]
        rows = list(csv.DictReader(out.open(encoding="utf-8", newline=""))) if out.exists() else None
        return answer, rows

    return run


def test_a_pair_is_written_with_band_probability_and_evidence(match):
    answer, rows = match(
        ACCOUNTS
        + "A1,opportunity,Initech,initech.com,us,ada@initech.com\nA2,opportunity,Globex,globex.com,us,\n",
        CLAIMS + "R1,Northwind,INITECH Inc.,https://www.initech.com/en,us,Ada,ada@gmail.com\n",
    )

    assert answer.exit_code == 0
    assert [(r["registration"], r["account"], r["band"]) for r in rows] == [("R1", "A1", "blocked")]
    assert float(rows[0]["probability"]) > 0.9
    assert "Both use the domain initech.com." in rows[0]["evidence"]


def test_a_partners_own_earlier_registration_is_its_duplicate(match):
    _, rows = match(
        "id,source,partner,company,website\nA1,registration,Northwind,Initech,initech.com\n",
        CLAIMS + "R1,NORTHWIND,Initech,initech.com,,,\n",
    )

    assert rows[0]["band"] == "own duplicate"


def test_the_summary_is_one_json_object(match):
    answer, _ = match(
        ACCOUNTS + "A1,,Initech,initech.com,,\n", CLAIMS + "R1,,Initech,initech.com,,,\n", "--json"
    )

    said = json.loads(answer.output)
    assert (said["accounts"], said["registrations"], said["pairs"]) == (1, 1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_in_any_usual_encoding_are_read(match, encoding):
    _, rows = match(
        (ACCOUNTS + "A1,opportunity,Müller Söhne,muller-soehne.de,de,\n").encode(encoding),
        CLAIMS + "R1,,Müller Söhne GmbH,,de,,\n",
    )

    assert [row["account"] for row in rows] == ["A1"]


def test_other_delimiters_missing_columns_and_short_rows_are_read(match):
    answer, rows = match("ID;Company Name\nA1;Initech\n;nobody\nA2\n", "id\tcompany\nR1\tInitech\n")

    assert answer.exit_code == 0
    assert [row["account"] for row in rows] == ["A1"]
    assert "Skipped in accounts: 1 rows without an id." in answer.output


def test_an_open_quote_costs_its_own_line_only(match):
    filler = "".join(f"F{n},,Filler {n},,,\n" for n in range(80))
    _, rows = match(
        ACCOUNTS + 'A0,,"Globex,,,\n' + filler + "A1,,Initech,initech.com,,\n",
        CLAIMS + "R1,,Initech,initech.com,,,\n",
    )

    assert [row["account"] for row in rows] == ["A1"]


def test_huge_cells_and_repeated_ids_do_no_harm(match):
    huge = "x" * 3_000_000
    answer, rows = match(
        ACCOUNTS + f'A1,,Initech,initech.com,,\nA1,,Initech,initech.com,,\nA2,,{huge},,,"{huge}"\n',
        CLAIMS + "R1,,Initech,initech.com,,,\n",
    )

    assert answer.exit_code == 0
    assert [row["account"] for row in rows] == ["A1"]


def test_no_cell_of_the_result_begins_like_a_formula(match):
    _, rows = match(
        ACCOUNTS + "=1+1,,Initech,initech.com,,\n-5,,Initech,initech.com,,\n",
        CLAIMS + "@R,,Initech,initech.com,,,\n",
    )

    assert {row["account"] for row in rows} == {"'=1+1", "-5"}
    assert rows[0]["registration"] == "'@R"


def test_a_domain_that_many_different_companies_give_is_no_evidence(match):
    names = ("Zeta Freight", "Orbit Dental", "Kappa Wines", "Lumen Paper", "Quartz Media")
    accounts = "".join(f"A{n},,{name},sharedhost.example.com,,\n" for n, name in enumerate(names))
    answer, rows = match(ACCOUNTS + accounts, CLAIMS + "R1,,Initech,sharedhost.example.com,,,\n", "--json")

    assert rows == []
    assert json.loads(answer.output)["shared_domains"] == ["example.com"]


@pytest.mark.parametrize(
    ("accounts", "said"), [("company\nInitech\n", "no column called id"), ("", "no column called id")]
)
def test_a_file_without_ids_is_refused_and_nothing_is_written(match, accounts, said):
    answer, rows = match(accounts, CLAIMS)

    assert answer.exit_code == 1
    assert said in answer.output
    assert rows is None


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    words = [w for n in ("accounts", "registrations", "out") for w in (f"--{n}", str(tmp_path / n))]

    answer = CliRunner().invoke(main, ["conflicts", "match", *words])

    assert answer.exit_code == 1
    assert "cannot be read" in answer.output


def test_the_result_never_overwrites_what_it_is_made_from(tmp_path):
    words = [w for n in ("accounts", "registrations", "out") for w in (f"--{n}", str(tmp_path / "same.csv"))]

    answer = CliRunner().invoke(main, ["conflicts", "match", *words])

    assert answer.exit_code == 1
    assert "overwrite" in answer.output


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_file_makes_it_fail_otherwise_than_by_a_sentence(match, accounts, claims):
    answer, _ = match(b"id,company,website\n" + accounts, b"id,company,website\n" + claims)

    assert answer.exit_code in (0, 1)
    assert answer.exception is None or isinstance(answer.exception, SystemExit)

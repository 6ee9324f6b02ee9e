from app.domain.record import ObjectKind, Record, RecordKey


def test_a_record_key_is_written_as_its_object_and_id():
    assert str(RecordKey(ObjectKind.DEAL, "006")) == "deal:006"


def test_a_record_is_called_by_its_name():
    record = Record(key=RecordKey(ObjectKind.DEAL, "1"), fields={"name": "Initech rollout"})

    assert record.name == "Initech rollout"


def test_a_record_without_a_name_is_called_by_its_id():
    record = Record(key=RecordKey(ObjectKind.DEAL, "1"), fields={"name": None})

    assert record.name == "1"

from app.domain.partner import PartnerType


def test_every_partner_type_has_a_label_of_its_own():
    labels = [kind.label for kind in PartnerType]

    assert len(set(labels)) == len(labels)
    assert all(labels)

"""What a registration says beside the customer's name, as fields that a partner fills in."""

from app.domain.programme import REQUIRABLE
from cards.blocks import FieldType, FormField

NOTE_LIMIT = 2_000

VALUE_FIELDS = (
    FormField(
        name="customer_domain", label="Customer website", max_length=253, placeholder="customer.example"
    ),
    FormField(name="contact_name", label="Contact at the customer", max_length=200),
    FormField(name="contact_email", label="Their e-mail", type=FieldType.EMAIL, max_length=254),
    FormField(name="amount", label="Expected amount", max_length=40, placeholder="25,000 EUR"),
    FormField(name="region", label="Region", max_length=80),
    FormField(name="product", label="Product", max_length=200),
    FormField(name="note", label="What is it about?", type=FieldType.TEXTAREA, max_length=NOTE_LIMIT),
)
"""One for each thing that a programme may ask for."""

assert {field.name for field in VALUE_FIELDS} == set(REQUIRABLE)

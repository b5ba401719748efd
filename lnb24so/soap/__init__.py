"""24SevenOffice: its one SOAP client, what it holds as plain data, and what its answers mean."""

__all__ = ["booked", "client", "order", "outcome", "types", "wire"]

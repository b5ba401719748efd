"""Stock from 24SevenOffice to Le New Black, orders from Le New Black to 24SevenOffice."""

__version__ = "0.1.0"

"""Amounts as people and programs write them; inside they are whole minor units."""

_DECIMALS = {"CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "VND": 0, "XAF": 0, "XOF": 0} | dict.fromkeys(
    ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3
)
"""How many decimals a currency has where it is not two (ISO 4217)."""


def plain_money(amount: int, currency: str) -> str:
    """Minor units as programs write them: 123450 INR is 1234.50."""
    return money(amount, currency).replace(",", "")


def money(amount: int, currency: str) -> str:
    """Minor units as people write them: 123450 INR is 1,234.50."""
    decimals = _DECIMALS.get(currency, 2)
    if not decimals:
        return f"{amount:,}"
    whole, part = divmod(abs(amount), 10**decimals)
    return f"{'-' if amount < 0 else ''}{whole:,}.{part:0{decimals}}"

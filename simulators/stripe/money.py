"""Currencies and the least and most that Stripe charges (Stripe's docs, "Currencies")."""

from simulators.stripe.errors import invalid_request

CODES = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf "
    "clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr "
    "ils inr isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk "
    "mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp "
    "sle sos srd std szl thb tjs top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd "
    "jod kwd omr tnd"
)
CURRENCIES = frozenset(CODES.split())
ZERO_DECIMAL = CURRENCIES & set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())  # noqa: SIM905
# Minor units; currencies that Stripe names no minimum for must be worth half a dollar, which is not looked up here.
MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
# Eight digits of minor units.
MAXIMUM = 99_999_999


def check_chargeable(amount: int, currency: str) -> None:
    """Refuse an unknown currency, and an amount (minor units) that is too small or too large to charge."""
    if currency not in CURRENCIES:
        listed = ", ".join(sorted(CURRENCIES))
        raise invalid_request(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: {listed}", param="currency"
        )
    least = MINIMUM.get(currency, 1)
    if amount < least:
        message = f"Amount must be at least {readable(least, currency)} {currency}"
        raise invalid_request(message, code="amount_too_small", param="amount")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {readable(MAXIMUM, currency)} {currency}"
        raise invalid_request(message, code="amount_too_large", param="amount")


def readable(amount: int, currency: str) -> str:
    """An amount of minor units as people write it, without the currency's code: "$18.00"."""
    sign = {"usd": "$", "eur": "€", "gbp": "£"}.get(currency, "")
    return f"{sign}{amount:,}" if currency in ZERO_DECIMAL else f"{sign}{amount / 100:,.2f}"

"""All the pages."""

from api.pages import (
    account_pages,
    booking_pages,
    browse_pages,
    change_pages,
    exchange_pages,
    report_pages,
    waiting_pages,
)

ROUTES = [
    *browse_pages.ROUTES,
    *account_pages.ROUTES,
    *booking_pages.ROUTES,
    *change_pages.ROUTES,
    *exchange_pages.ROUTES,
    *waiting_pages.ROUTES,
    *report_pages.ROUTES,
]

"""What is said to who may not read a report, or reads one that is not there."""

from http import HTTPStatus

from api.kind import Kind

REPORTS: dict[str, Kind] = {
    "role_missing": Kind(
        HTTPStatus.FORBIDDEN,
        "Not for this login",
        "Whoever runs the site gives the role with `justbookit grant`; `/reports` lists yours.",
    ),
    "unknown_report": Kind(HTTPStatus.NOT_FOUND, "No such report", "`valid` lists the reports."),
    "unknown_statement": Kind(
        HTTPStatus.NOT_FOUND,
        "No such statement",
        "Yours are at /api/v1/theatre/statements and /reports, once their run is approved.",
    ),
    "report_not_written": Kind(
        HTTPStatus.NOT_FOUND,
        "Not written yet",
        "`justbookit reports` or `justbookit daily` writes it.",
    ),
}

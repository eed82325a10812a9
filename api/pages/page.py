"""What every page has: who is looking at it, and how to go somewhere else."""

from secrets import token_urlsafe
from typing import Any

from litestar.response import Redirect, Template

from api.access import SESSION_COOKIE, AnyRequest, Customer
from api.pages.words import AVAILABILITY, STATUS, WORDS
from api.people.accounts import SESSION_DAYS, Session
from api.problems import ProblemRaised
from api.responses import NO_STORE
from api.services import Services


class LogInFirst(Exception):
    """A page for customers was asked for by somebody who is not logged in."""

    def __init__(self, back_to: str) -> None:
        super().__init__(back_to)
        self.back_to = back_to


def page(
    template: str,
    visitor: Customer | None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Template:
    """A template with what all of them need."""
    return Template(
        template,
        status_code=status,
        headers=headers or NO_STORE,
        context={
            **WORDS,
            "availability": AVAILABILITY,
            "status_words": STATUS,
            "visitor": visitor,
            "new_key": lambda: token_urlsafe(16),
            **context,
        },
    )


def go(path: str) -> Redirect:
    """See another page, by GET."""
    return Redirect(path, status_code=303)


def local_path(text: str) -> str:
    r"""A path of ours to go back to; anything else becomes the front page.

    A browser reads `//host` and `/\host` as another site's address.
    """
    safe = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if safe else "/"


async def customer_of(services: Services, request: AnyRequest) -> Customer:
    """Who is looking, or LogInFirst."""
    visitor = await services.access.visitor(request)
    if visitor is None:
        back_to = request.url.path if request.method == "GET" else _page_of(request)
        raise LogInFirst(back_to)
    return visitor


def _page_of(request: AnyRequest) -> str:
    """The page a form stands on: its address is the form's without the last step."""
    return request.url.path.rsplit("/", 1)[0]


def remember(response: Redirect, session: Session) -> Redirect:
    """Let the browser keep a session, out of reach of scripts and of other sites' forms."""
    response.set_cookie(
        key=SESSION_COOKIE,
        value=session.token,
        max_age=SESSION_DAYS * 24 * 3600,
        httponly=True,
        samesite="lax",
        path="/",
    )
    return response


def problem_page(raised: ProblemRaised, visitor: Customer | None) -> Template:
    """A problem, with what would work."""
    return page(
        "problem.html",
        visitor,
        status=raised.problem.status,
        headers={**NO_STORE, **raised.headers},
        problem=raised.problem,
    )

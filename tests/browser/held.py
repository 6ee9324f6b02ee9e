"""A request that waits on its way until a test lets it go."""

from playwright.sync_api import Page, Route


class Held:
    """The first request to such an address waits on its way, until it is let go."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._first: Route | None = None
        page.route(address, self._hold)

    def _hold(self, route: Route) -> None:
        if self._first is None:
            self._first = route
        else:
            route.continue_()

    def arrived(self) -> Route:
        for _ in range(1200):
            if self._first is not None:
                return self._first
            self._page.wait_for_timeout(50)
        raise AssertionError("nothing was asked for")

    def let_go(self) -> None:
        self.arrived().continue_()

"""The sandbox without its web face: the store and all that works on it."""

from pathlib import Path

from . import DEMO_CUSTOMER, DEMO_KEY, directory, registry
from .callbacks import Callbacks
from .delivery import Delivery
from .enrollments import Enrollments
from .events import Events
from .faults import Faults
from .settings import Settings
from .store import Store
from .visits import Visits


class Hisp:
    """Opens (or makes) the database at `path`; ``start()`` begins delivery and callbacks."""

    def __init__(self, path: str | Path):
        self.store = Store(path)
        if self.store.is_new:
            with self.store.write() as db:
                registry.add_customer(db, DEMO_CUSTOMER, DEMO_KEY)
                directory.fill(db)
        self.settings = Settings(self.store)
        self.faults = Faults(self.store)
        self.events = Events(self.faults)
        self.delivery = Delivery(self.store, self.settings, self.events)
        self.enrollments = Enrollments(self.store, self.settings, self.events)
        self.visits = Visits()
        self.callbacks = Callbacks(self.store, self.settings, self.faults)

    def start(self) -> None:
        self.delivery.start()
        self.enrollments.start()
        self.callbacks.start()

    def stop(self) -> None:
        self.delivery.stop()
        self.enrollments.stop()
        self.callbacks.stop()

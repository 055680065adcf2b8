"""The ASGI application: API, controls and console, behind gate, faults and guard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from . import NAME, NOTICE, api, console, control, enrollment_api, errors, hosted
from .disturbance import Disturbance
from .gate import Gate
from .guard import Guard
from .hisp import Hisp

ABOUT = f"""{NOTICE}. A local stand-in for a Direct provider (HISP): nothing here is encrypted
or sent anywhere. `docs/provider-api.md` explains it with examples."""


def create_app(hisp: Hisp) -> FastAPI:
    """The application around a HISP, which works while the application runs."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        hisp.start()
        yield
        hisp.stop()

    app = FastAPI(
        title=NAME,
        description=ABOUT,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.hisp = hisp
    app.include_router(api.router)
    app.include_router(enrollment_api.router)
    app.include_router(control.router)
    app.include_router(hosted.router)
    console.install(app)
    errors.install(app)
    # The last one added is the first one a request meets.
    app.add_middleware(Guard)
    app.add_middleware(Disturbance)
    app.add_middleware(Gate)
    return app

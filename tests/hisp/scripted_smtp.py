"""A mail server for the tests that does what a real one cannot be brought to do."""

import asyncio
import ssl
import threading

from aiosmtpd.smtp import SMTP, AuthResult


class ScriptedServer(SMTP):
    """Does at one step what it is told: an answer of its own, "cut", or an answer and a cut."""

    script: dict[str, tuple[str, ...]]

    async def act(self, step):
        """Do what the script has for this step; whether there was something."""
        told = self.script.get(step)
        for what in told or ():
            if what == "cut":
                self.transport.abort()
            else:
                await self.push(what)
        return told is not None

    async def smtp_EHLO(self, hostname):
        if not await self.act("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname):
        if not await self.act("EHLO"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg):
        await self.act("STARTTLS")

    async def smtp_AUTH(self, arg):
        if not await self.act("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        if not await self.act("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.act("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if not await self.act("DATA"):
            await super().smtp_DATA(arg)


class Script:
    """A `ScriptedServer` while it is entered; `taken` are the messages that it took.

    It is behind TLS from the first byte, unless the script has an answer to STARTTLS.
    """

    def __init__(self, folder, script):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "good.pem")
        self.script = script
        self.taken = []

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        context = None if "STARTTLS" in self.script else self._context
        listening = self._loop.create_server(self._factory, "127.0.0.1", 0, ssl=context)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error):
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self):
        self._server.close()
        conversations = asyncio.all_tasks() - {asyncio.current_task()}
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)

    def _factory(self):
        server = ScriptedServer(
            self,
            auth_require_tls=False,
            tls_context=self._context if "STARTTLS" in self.script else None,
            authenticator=lambda *_arguments: AuthResult(success=True),
            auth_exclude_mechanism=self.script.get("without", ()),
            loop=self._loop,
        )
        server.script = self.script
        return server

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope.content)
        return "" if await server.act("CONTENT") else "250 2.0.0 OK"

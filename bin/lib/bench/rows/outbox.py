"""The outbox against Odoo's own `mail.mail` queue, both to a sink on this machine."""

import contextlib

from bench.tools import Result, cpu_seconds, sink, worker
from servers import databases

DOCUMENT_BYTES = 40 * 1024
MAILS = 300
MESSAGES = 1200
SMALL, LARGE = 1_000, 100_000
SEND = "direct_messaging.ir_cron_send"
WAITING = {"table": "direct_message", "states": ["queued", "sending"]}
RUN_SECONDS = 9  # less than a run of a scheduled action takes at most

# A practice whose provider is the sink, and one message of one referral, to be multiplied
PREPARE = """
import os
env['ir.cron'].search([]).write({{'active': False}})
env['ir.cron'].search([('code', '=', 'model._send_due()')]).write({{'active': True}})
env.ref('mail.ir_cron_mail_scheduler_action').active = True
provider = env['direct.provider'].create({{
    'name': 'Sink', 'code': 'sandbox', 'state': 'test', 'api_key': 'key',
    'base_url': 'http://127.0.0.1:{http}', 'private_network': True}})
company = env['res.company'].create({{'name': 'Bench', 'direct_provider_id': provider.id}})
practice = env['direct.practice']._of_company(company)
practice.write({{'domain': 'bench.direct.example', 'authentication_state': 'authenticated'}})
user = env['res.users'].create({{
    'name': 'Bench', 'login': 'bench', 'company_id': company.id,
    'company_ids': [(6, 0, company.ids)],
    'group_ids': [(4, env.ref('direct_messaging.group_user').id)]}})
account = env['direct.account'].create({{
    'user_id': user.id, 'practice_id': practice.id, 'address': 'bench@bench.direct.example'}})
patient = env['res.partner'].create({{
    'name': 'Pat Bench', 'direct_is_patient': True, 'company_id': company.id}})
note = env['direct.clinical.note'].create({{
    'patient_id': patient.id, 'author_id': user.id, 'company_id': company.id}})
referral = env['direct.referral'].create({{
    'company_id': company.id, 'author_id': user.id, 'res_model': note._name, 'res_id': note.id,
    'patient_id': patient.id, 'reason': 'Bench', 'subject': 'Bench', 'body': 'Bench'}})
document = os.urandom({size})
message = env['direct.message'].create({{
    'referral_id': referral.id, 'account_id': account.id, 'from_address': account.address,
    'patient_id': patient.id, 'to_address': 'to@other.direct.example', 'recipient_name': 'Other',
    'subject': 'Bench', 'body': 'Bench ' * 50,
    'attachments': [('document.pdf', 'application/octet-stream', document)]}})
env['ir.mail_server'].search([]).active = False
env['ir.mail_server'].create({{
    'name': 'Sink', 'smtp_host': '127.0.0.1', 'smtp_port': {smtp}, 'smtp_encryption': 'none',
    'smtp_authentication': 'login'}})
result = message.id
"""

# Every message has a referral and a document of its own. Without triggers nothing else runs.
MULTIPLY = """
WITH referral AS (
    INSERT INTO direct_referral (name, company_id, author_id, res_model, res_id, patient_id,
                                 reason, urgency, subject, body, state, create_uid, create_date)
    SELECT 'REF', company_id, author_id, res_model, res_id, patient_id, reason, urgency, subject,
           body, 'sent', create_uid, now()
      FROM direct_referral, generate_series(1, {count})
     WHERE id = (SELECT referral_id FROM direct_message WHERE id = {template})
 RETURNING id
), message AS (
    INSERT INTO direct_message (name, direction, referral_id, account_id, practice_id, provider_id,
                                company_id, user_id, from_address, to_address, patient_id,
                                recipient_name, subject, body, urgency, state, idempotency_key,
                                queued_at, next_attempt_at, attempts, create_uid, create_date)
    SELECT 'MSG', 'out', referral.id, account_id, practice_id, provider_id, company_id, user_id,
           from_address, to_address, patient_id, recipient_name, subject, body, urgency, 'queued',
           gen_random_uuid(), now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 0, create_uid,
           now()
      FROM direct_message, referral
     WHERE direct_message.id = {template}
 RETURNING id
)
INSERT INTO ir_attachment (name, type, mimetype, store_fname, file_size, checksum, res_model,
                           res_id, create_uid, create_date)
SELECT name, type, mimetype, store_fname, file_size, checksum, res_model, message.id, create_uid,
       now()
  FROM ir_attachment, message
 WHERE res_model = 'direct.message' AND res_id = {template}
"""

FORGET = """
DELETE FROM ir_cron_trigger;
UPDATE direct_message SET state = 'cancelled' WHERE state IN ('queued', 'sending')
"""

MAIL = """
import os
document = os.urandom({size})
for number in range({count}):
    env['mail.mail'].create({{
        'subject': 'Bench', 'body_html': '<p>' + 'Bench ' * 50 + '</p>',
        'email_from': 'bench@example.org', 'email_to': f'to{{number}}@example.org',
        'auto_delete': False,
        'attachment_ids': [(0, 0, {{'name': 'document.pdf', 'raw': document,
                                    'mimetype': 'application/octet-stream'}})]}})
"""


@contextlib.contextmanager
def prepared(workers=1):
    """Workers on a database whose practice sends to a sink; yields them and the template's id."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(databases.temporary("bench"))
        http, smtp = stack.enter_context(sink("http")), stack.enter_context(sink("smtp"))
        processes = [stack.enter_context(worker(database)) for _number in range(workers)]
        code = PREPARE.format(http=http, smtp=smtp, size=DOCUMENT_BYTES)
        template = processes[0].do("python", code=code)
        yield processes, template


def queue(process, template, count):
    """Queue `count` messages."""
    process.do("execute", query=MULTIPLY.format(template=template, count=count))
    process.do("execute", query="ANALYZE")


def rate(answer):
    return answer["done"] / answer["seconds"]


def warm_up(processes, template):
    """Have every worker do everything once: what it loads the first time is not measured."""
    for number, process in enumerate(processes):
        queue(process, template, 50)
        process.do("run", cron=_cron(number), **WAITING)


def _cron(number):
    return SEND + (f"_{number + 1}" if number else "")


def bench_outbox():
    """Messages a second: `mail.mail`, one worker, two workers, a short and a long backlog."""
    with prepared(workers=2) as (processes, template):
        first, _second = processes
        warm_up(processes, template)
        mail = _mails(first)
        queue(first, template, MESSAGES)
        begin = cpu_seconds()
        one = rate(first.do("run", cron=_cron(0), **WAITING))
        one_cpu = 1000 * (cpu_seconds() - begin) / MESSAGES
        yield Result(
            "outbox, one worker",
            f"{one:.0f} messages/s",
            f"mail.mail, {mail:.0f} mails/s",
            one / mail,
            least=3,
        )
        queue(first, template, 2 * MESSAGES)
        begin = cpu_seconds()
        for number, process in enumerate(processes):
            process.tell("run", cron=_cron(number), **WAITING)
        # Each sees what both have done, so one tells it
        answers = [process.hear() for process in processes]
        two_cpu = 1000 * (cpu_seconds() - begin) / (2 * MESSAGES)
        two = 2 * MESSAGES / max(answer["seconds"] for answer in answers)
        yield Result(
            "outbox, two workers",
            f"{two:.0f} messages/s, {two_cpu:.1f} ms of CPU each",
            f"one worker, {one:.0f} messages/s, {one_cpu:.1f} ms of CPU each",
            two / one,
            least=1.7,
        )
        times = {}
        for backlog in (SMALL, LARGE):
            queue(first, template, backlog)
            ran = first.do("run", cron=_cron(0), at_most=RUN_SECONDS, **WAITING)
            times[backlog] = 1000 / rate(ran)
            first.do("execute", query=FORGET)
        yield Result(
            f"outbox, backlog of {LARGE:,}",
            f"{times[LARGE]:.1f} ms a message",
            f"backlog of {SMALL:,}, {times[SMALL]:.1f} ms",
            times[LARGE] / times[SMALL],
            most=1.3,
        )


def _mails(process):
    process.do("python", code=MAIL.format(count=20, size=DOCUMENT_BYTES))
    waiting = {"table": "mail_mail", "states": ["outgoing"]}
    cron = "mail.ir_cron_mail_scheduler_action"
    process.do("run", cron=cron, **waiting)
    process.do("python", code=MAIL.format(count=MAILS, size=DOCUMENT_BYTES))
    return rate(process.do("run", cron=cron, **waiting))


def bench_large_message():
    """How much memory a worker takes for a message of 10 MB."""
    megabyte = 1024 * 1024
    with prepared() as ([process], template):
        warm_up([process], template)
        process.do(
            "python",
            code=f"env['direct.message'].browse({template}).attachment_ids.raw ="
            f" __import__('os').urandom(10 * {megabyte} - 4096)",
        )
        queue(process, template, 3)
        before = process.do("peak_memory", reset=True)["bytes"]
        process.do("run", cron=_cron(0), **WAITING)
        added = (process.do("peak_memory")["bytes"] - before) / megabyte
        yield Result("large message", f"{added:.0f} MB more", "60 MB", added / 60, most=1)

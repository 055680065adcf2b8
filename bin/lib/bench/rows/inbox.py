"""The lists a person opens all day, with few messages stored and with very many."""

from bench.tools import Result, worker
from servers import databases, postgres

FEW, MANY = 10_000, 1_000_000
OWN = 2_000  # messages of the clinician whose lists are opened; of each other one, too

# A practice with a clinician and an administrator; every other clinician has as many messages
PREPARE = """
provider = env['direct.provider'].create({'name': 'None', 'code': 'sandbox', 'state': 'test',
    'api_key': 'key', 'base_url': 'http://127.0.0.1:1', 'private_network': True})
company = env['res.company'].create({'name': 'Bench', 'direct_provider_id': provider.id})
practice = env['direct.practice']._of_company(company)
practice.domain = 'bench.direct.example'
def person(login, group):
    return env['res.users'].with_context(no_reset_password=True).create({
        'name': login, 'login': login, 'company_id': company.id,
        'company_ids': [(6, 0, company.ids)],
        'group_ids': [(4, env.ref('direct_messaging.group_' + group).id)]})
clinicians = [person(f'clinician{number}', 'user') for number in range(20)]
accounts = env['direct.account'].create([
    {'user_id': clinician.id, 'practice_id': practice.id,
     'address': f'{clinician.login}@bench.direct.example'} for clinician in clinicians])
accounts[0].delegate_ids = clinicians[1]
result = [accounts.ids, clinicians[1].id, person('administrator', 'manager').id]
"""

# Without foreign keys and indexes a million rows take a minute; the indexes come back as they were.
STRIP = """
DO $$
DECLARE item record;
BEGIN
    CREATE TABLE bench_index AS
        SELECT indexdef FROM pg_indexes
         WHERE tablename IN ('direct_message', 'direct_referral')
           AND indexname NOT IN (SELECT conname FROM pg_constraint);
    FOR item IN SELECT indexname FROM pg_indexes
                 WHERE tablename IN ('direct_message', 'direct_referral')
                   AND indexname NOT IN (SELECT conname FROM pg_constraint) LOOP
        EXECUTE format('DROP INDEX %I', item.indexname);
    END LOOP;
    FOR item IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
                 WHERE contype = 'f'
                   AND conrelid IN ('direct_message'::regclass, 'direct_referral'::regclass) LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', item.name, item.conname);
    END LOOP;
    -- Autovacuum would be measured along, and keeps a database from being dropped
    ALTER TABLE direct_message SET (autovacuum_enabled = FALSE);
    ALTER TABLE direct_referral SET (autovacuum_enabled = FALSE);
    ALTER TABLE res_partner SET (autovacuum_enabled = FALSE);
END $$
"""
RESTORE = """
DO $$
DECLARE item record;
BEGIN
    FOR item IN SELECT indexdef FROM bench_index LOOP
        EXECUTE item.indexdef;
    END LOOP;
    DROP TABLE bench_index;
END $$
"""

# Half came in, half went out, each of those with a referral; nine of ten are done. The first and
# the second clinician have {own} messages, however many there are; a patient has 100.
FILL = """
CREATE TEMPORARY TABLE made AS
    SELECT number, number % 2 = 0 AS came_in, account.id AS account_id, account.user_id,
           account.practice_id, account.company_id, practice.provider_id, account.address,
           'Patient ' || number / 100 AS patient,
           now() AT TIME ZONE 'UTC' - ({count} - number) * interval '1 minute' AS at
      FROM generate_series({start}, {count} - 1) AS number
      JOIN direct_account AS account
        ON account.id = (ARRAY{accounts})[
               CASE WHEN number < {own} THEN 1
                    WHEN number < 2 * {own} THEN 2
                    ELSE 3 + (number / {own}) % 18 END]
      JOIN direct_practice AS practice ON practice.id = account.practice_id;
ANALYZE made;
INSERT INTO res_partner (name, complete_name, direct_is_patient, company_id, active, type)
     SELECT DISTINCT patient, patient, TRUE, company_id, TRUE, 'contact' FROM made;
ANALYZE res_partner;
WITH referral AS (
    INSERT INTO direct_referral (name, company_id, author_id, res_model, res_id, patient_id,
                                 reason, urgency, subject, body, state, loop_state, create_uid,
                                 create_date, sent_at, delivered_at, report_due_on)
    SELECT 'REF' || number, made.company_id, made.user_id, 'direct.clinical.note', number,
           partner.id, 'Please evaluate.', 'routine', 'Referral', repeat('Bench ', 50),
           'delivered', 'waiting', made.user_id, at, at, at, at + interval '30 days'
      FROM made
      JOIN res_partner AS partner ON partner.name = patient
     WHERE NOT came_in
 RETURNING id, res_id AS number
)
INSERT INTO direct_message (name, direction, referral_id, account_id, practice_id, provider_id,
                            company_id, user_id, from_address, to_address, patient_id,
                            recipient_name, subject, body, urgency, state, idempotency_key,
                            identity, is_unread, is_done, received_at, queued_at, delivered_at,
                            create_uid, create_date)
SELECT 'MSG' || made.number, CASE WHEN came_in THEN 'in' ELSE 'out' END, referral.id,
       account_id, practice_id, provider_id, made.company_id, made.user_id, address,
       'other@elsewhere.direct.example', partner.id, 'Other', 'Referral', repeat('Bench ', 50),
       'routine', CASE WHEN came_in THEN 'received' ELSE 'delivered' END,
       gen_random_uuid(), CASE WHEN came_in THEN 'in-' || number END,
       came_in AND number % 100 = 0, came_in AND number % 20 <> 0,
       CASE WHEN came_in THEN at END, CASE WHEN NOT came_in THEN at END,
       CASE WHEN NOT came_in THEN at END, made.user_id, at
  FROM made
  JOIN res_partner AS partner ON partner.name = patient
  LEFT JOIN referral USING (number);
DROP TABLE made
"""

# What the web client asks the server for when a list is opened: its fields, a page, and how many
OPEN = """
import time
from lxml import etree

LIMIT, TIMES = 80, 15
clinician, administrator = {clinician}, {administrator}
patient = env['res.partner'].search([('name', '=', 'Patient 0')]).id
messages, referrals = 'direct.message', 'direct.referral'
inbox, recent = 'direct_messaging.inbox_view_list', 'received_at desc, id desc'
LISTS = {{
    'inbox': (clinician, messages, inbox, [('direction', '=', 'in'), ('is_done', '=', False)],
              recent),
    'referral list': (clinician, referrals, 'direct_messaging.direct_referral_view_list', [], ''),
    "a patient's messages": (clinician, messages, inbox,
                             [('direction', '=', 'in'), ('patient_id', '=', patient)], recent),
    "the administrator's inbox": (administrator, messages, inbox,
                                  [('direction', '=', 'in'), ('is_done', '=', False)], recent),
    "the administrator's inbox, all": (administrator, messages, inbox,
                                       [('direction', '=', 'in')], recent),
}}

def opened(user, model, view, domain, order):
    records = env[model].with_user(user)
    arch = etree.fromstring(records.get_view(env.ref(view).id, 'list')['arch'])
    shown = {{node.get('name'): {{}} for node in arch.iterchildren('field')}}
    for name, options in shown.items():
        if records._fields[name].relational:
            options['fields'] = {{'display_name': {{}}}}
    times = []
    for _time in range(TIMES):
        env.invalidate_all()
        begin = time.perf_counter()
        page = records.web_search_read(domain, shown, limit=LIMIT, order=order, count_limit=10001)
        times.append(time.perf_counter() - begin)
        assert page['records'], (model, domain)
    return 1000 * sorted(times)[TIMES // 2]

result = {{name: opened(*what) for name, what in LISTS.items()}}
"""


def bench_inbox():
    """Milliseconds to open a list with 1,000,000 messages stored, against 10,000."""
    with databases.temporary("bench") as database, worker(database) as process:
        accounts, clinician, administrator = process.do("python", code=PREPARE)
        opening = OPEN.format(clinician=clinician, administrator=administrator)
        stored, times = 0, []
        for count in (FEW, MANY):
            fill = FILL.format(start=stored, count=count, own=OWN, accounts=accounts)
            for query in (STRIP, fill, RESTORE):
                process.do("execute", query=query)
            postgres.execute("VACUUM ANALYZE direct_message, direct_referral", database)
            times.append(process.do("python", code=opening))
            stored = count
        few, many = times
        for name in few:
            yield Result(
                f"{name}, {MANY:,} messages stored",
                f"{many[name]:.1f} ms",
                f"{FEW:,} stored, {few[name]:.1f} ms",
                many[name] / few[name],
                most=1.5,
            )

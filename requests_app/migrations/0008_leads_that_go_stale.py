"""Leads that go stale: checks, uses, the block-list of scam numbers; what was checked before follows in the next one."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("districts", "0002_directory_of_officials"),
        ("requests_app", "0007_possible_matches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("works", "works"),
                            ("partly", "works partly"),
                            ("out_of_stock", "out of stock"),
                            ("no_answer", "no answer"),
                            ("wrong_number", "wrong number"),
                            ("advance", "asked for advance payment"),
                            ("not_as_said", "not as it was said"),
                            ("gone", "no longer offered"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("left", models.PositiveIntegerField(null=True)),
            ],
            options={
                "verbose_name": "check of a lead",
                "verbose_name_plural": "checks of leads",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="LeadUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("got_it", "got it"),
                            ("out_of_stock", "out of stock"),
                            ("no_answer", "no answer"),
                            ("advance", "asked for advance payment"),
                            ("not_as_said", "not as it was said"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "use of a lead",
                "verbose_name_plural": "uses of leads",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ScamMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("flagged", "flagged it"),
                            ("listed", "put it on the block-list"),
                            ("lifted", "lifted it"),
                        ],
                        max_length=8,
                        verbose_name="act",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("note", models.TextField(blank=True, verbose_name="note")),
            ],
            options={
                "verbose_name": "line of the block-list's history",
                "verbose_name_plural": "history of the block-list",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ScamNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone_hash", models.CharField(max_length=64, unique=True)),
                ("tail", models.CharField(blank=True, max_length=2, verbose_name="ends in")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("suggested", "Flagged by one person"),
                            ("listed", "Known scam number"),
                            ("lifted", "Lifted"),
                        ],
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("advance", "asked for advance payment"),
                            ("fake", "took money and gave nothing"),
                            ("harasses", "harasses callers"),
                            ("other", "other reason"),
                        ],
                        max_length=9,
                        verbose_name="reason",
                    ),
                ),
                ("changed_at", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "scam number",
                "verbose_name_plural": "scam numbers",
            },
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="leads_newest",
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="leads_of_a_district",
        ),
        migrations.AddField(
            model_name="lead",
            name="asked_advance",
            field=models.BooleanField(default=False, verbose_name="asked for advance payment"),
        ),
        migrations.AddField(
            model_name="lead",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last said or confirmed"),
        ),
        migrations.AddField(
            model_name="lead",
            name="gone_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="off the list from"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="lead",
            name="helped",
            field=models.PositiveIntegerField(default=0, verbose_name="so often it helped"),
        ),
        migrations.AddField(
            model_name="lead",
            name="quantities",
            field=models.JSONField(blank=True, default=list, verbose_name="quantities"),
        ),
        migrations.AddField(
            model_name="lead",
            name="said_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="last said"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="lead",
            name="stale_at",
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name="stale from"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="lead",
            name="supply",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not said"),
                    ("hospital", "Hospital"),
                    ("shop", "Shop or supplier"),
                    ("kitchen", "Kitchen"),
                    ("donor", "Donor"),
                    ("doctor", "Doctor"),
                    ("group", "Organisation"),
                    ("person", "Private person"),
                ],
                default="",
                max_length=8,
                verbose_name="who offers",
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "opened the request"),
                    ("post_joined", "a post was added"),
                    ("claimed", "took the request"),
                    ("released", "handed it back"),
                    ("lease_ended", "went back to the queue by itself"),
                    ("handed_over", "handed it over"),
                    ("called", "called"),
                    ("lead_used", "used a lead"),
                    ("noted", "wrote a note"),
                    ("wait_set", "will try again"),
                    ("resumed", "went on with it"),
                    ("need_changed", "changed a need"),
                    ("place_set", "set the place"),
                    ("urgency_set", "set the urgency"),
                    ("confirmed", "confirmed that it is a plea"),
                    ("attention", "something to look at"),
                    ("escalated", "took it further"),
                    ("replied", "wrote a reply on X"),
                    ("reply_refused", "the reply was not sent"),
                    ("revealed", "looked at a phone number"),
                    ("link_made", "made a status link for the family"),
                    ("closed", "closed it"),
                    ("reopened", "reopened it"),
                    ("merged", "merged it"),
                    ("split", "split it: not the same patient"),
                    ("unmerged", "undid the merging"),
                    ("not_same", "said that it is another patient"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="leadcheck",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="leadcheck",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="requests_app.lead"
            ),
        ),
        migrations.AddField(
            model_name="lead",
            name="last_check",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="requests_app.leadcheck",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["-stale_at", "-id"], name="leads_freshest"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["district", "-stale_at", "-id"], name="leads_of_a_district"),
        ),
        migrations.AddField(
            model_name="leaduse",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="leaduse",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="requests_app.lead"
            ),
        ),
        migrations.AddField(
            model_name="leaduse",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lead_uses",
                to="requests_app.helprequest",
            ),
        ),
        migrations.AddField(
            model_name="scammark",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="scammark",
            name="lead",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="requests_app.lead",
            ),
        ),
        migrations.AddConstraint(
            model_name="scamnumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["suggested", "listed", "lifted"])),
                name="scam_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="scamnumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["advance", "fake", "harasses", "other"])),
                name="scam_reason_is_known",
            ),
        ),
        migrations.AddField(
            model_name="scammark",
            name="number",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="requests_app.scamnumber",
            ),
        ),
        migrations.AddIndex(
            model_name="leadcheck",
            index=models.Index(fields=["lead", "-at"], name="checks_of_a_lead"),
        ),
    ]

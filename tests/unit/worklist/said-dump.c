#include "config.h"

#include "said-dump.h"

typedef struct {
  GString *text;
  void (*check) (const char *text, gpointer data);
  gpointer data;
} Dump;

static void
put (Dump *dump, const char *name, const char *value)
{
  if (value == NULL)
    return;
  if (dump->check != NULL)
    dump->check (value, dump->data);
  if (dump->text != NULL)
    g_string_append_printf (dump->text, "%s=%s\n", name, value);
}

static void
put_id (Dump *dump, const char *name, const NegSaidId *id)
{
  g_autofree char *both = g_strconcat (id->id, "@", id->issuer, NULL);

  put (dump, name, both);
}

static void
head (Dump *dump, const char *word)
{
  if (dump->text != NULL)
    g_string_append_printf (dump->text, "%s\n", word);
}

static void
put_patient (Dump *dump, const NegSaidPatient *patient)
{
  for (guint i = 0; i < patient->ids->len; i++)
    put_id (dump, "id", g_ptr_array_index (patient->ids, i));
  put (dump, "name", patient->name);
  put (dump, "birth", patient->birth_date);
  put (dump, "sex", patient->sex);
  put (dump, "place", patient->location);
  put (dump, "admission", patient->admission_id);
}

static void
put_order (Dump *dump, const NegSaidOrder *order)
{
  const struct {
    const char *name, *value;
  } texts[] = {
    { "placer", order->placer },           { "placer_issuer", order->placer_issuer },
    { "filler", order->filler },           { "filler_issuer", order->filler_issuer },
    { "accession", order->accession },     { "accession_issuer", order->accession_issuer },
    { "procedure_id", order->procedure_id }, { "step_id", order->step_id },
    { "study_uid", order->study_uid },     { "modality", order->modality },
    { "procedure_code", order->procedure_code }, { "procedure", order->procedure },
    { "body_part", order->body_part },     { "laterality", order->laterality },
    { "station", order->station },         { "station_ae", order->station_ae },
    { "location", order->location },       { "referrer", order->referrer },
    { "requester", order->requester },     { "performer", order->performer },
    { "reason", order->reason },           { "alerts", order->alerts },
    { "date", order->date },               { "time", order->time },
    { "timezone", order->timezone },       { "priority", order->priority },
  };

  head (dump, "- order");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    put (dump, texts[i].name, texts[i].value);
  if (order->status != NEG_ORDER_KEEP)
    put (dump, "status", neg_order_status_get_name (order->status));
}

static void
put_report (Dump *dump, const NegSaidReport *report)
{
  static const char *const statuses[] = { "preliminary", "final", "corrected", "deleted" };

  head (dump, "- report");
  put (dump, "placer", report->placer);
  put (dump, "placer_issuer", report->placer_issuer);
  put (dump, "filler", report->filler);
  put (dump, "filler_issuer", report->filler_issuer);
  put (dump, "accession", report->accession);
  put (dump, "accession_issuer", report->accession_issuer);
  for (guint i = 0; report->study_uids[i] != NULL; i++)
    put (dump, "study", report->study_uids[i]);
  put (dump, "status", statuses[report->status]);
  put (dump, "title", report->title);
  put (dump, "author", report->author);
  put (dump, "time", report->time);
  put (dump, "text", report->text);
}

static void
put_merge (Dump *dump, const NegSaidMerge *merge)
{
  head (dump, merge->is_new_id ? "- new id" : "- merge");
  put_id (dump, "retired", &merge->retired);
  put_id (dump, "survivor", &merge->survivor);
  put (dump, "retired_name", merge->retired_name);
}

static void
put_all (Dump *dump, const GPtrArray *all)
{
  static const char *const kinds[] = { "PATIENT", "MERGE", "ORDER", "REPORT", "NOTHING" };

  for (guint i = 0; i < all->len; i++) {
    const NegSaid *said = g_ptr_array_index (all, i);

    head (dump, kinds[said->kind]);
    put_patient (dump, &said->patient);
    for (guint j = 0; j < said->orders->len; j++)
      put_order (dump, g_ptr_array_index (said->orders, j));
    for (guint j = 0; j < said->reports->len; j++)
      put_report (dump, g_ptr_array_index (said->reports, j));
    for (guint j = 0; j < said->merges->len; j++)
      put_merge (dump, g_ptr_array_index (said->merges, j));
  }
}

char *
said_dump (const GPtrArray *said)
{
  Dump dump = { g_string_new (NULL), NULL, NULL };

  put_all (&dump, said);
  return g_string_free (dump.text, FALSE);
}

void
said_foreach_text (const GPtrArray *said, void (*check) (const char *text, gpointer data), gpointer data)
{
  Dump dump = { NULL, check, data };

  put_all (&dump, said);
}

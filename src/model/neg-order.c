#include "config.h"

#include "model/neg-order.h"

/* The texts of an order: they are copied and freed alike. */
static const gsize order_texts[] = {
  G_STRUCT_OFFSET (NegSaidOrder, placer),        G_STRUCT_OFFSET (NegSaidOrder, placer_issuer),
  G_STRUCT_OFFSET (NegSaidOrder, filler),        G_STRUCT_OFFSET (NegSaidOrder, filler_issuer),
  G_STRUCT_OFFSET (NegSaidOrder, accession),     G_STRUCT_OFFSET (NegSaidOrder, accession_issuer),
  G_STRUCT_OFFSET (NegSaidOrder, procedure_id),  G_STRUCT_OFFSET (NegSaidOrder, step_id),
  G_STRUCT_OFFSET (NegSaidOrder, study_uid),     G_STRUCT_OFFSET (NegSaidOrder, modality),
  G_STRUCT_OFFSET (NegSaidOrder, procedure_code), G_STRUCT_OFFSET (NegSaidOrder, procedure),
  G_STRUCT_OFFSET (NegSaidOrder, body_part),     G_STRUCT_OFFSET (NegSaidOrder, laterality),
  G_STRUCT_OFFSET (NegSaidOrder, station),       G_STRUCT_OFFSET (NegSaidOrder, station_ae),
  G_STRUCT_OFFSET (NegSaidOrder, location),      G_STRUCT_OFFSET (NegSaidOrder, referrer),
  G_STRUCT_OFFSET (NegSaidOrder, requester),     G_STRUCT_OFFSET (NegSaidOrder, performer),
  G_STRUCT_OFFSET (NegSaidOrder, reason),        G_STRUCT_OFFSET (NegSaidOrder, alerts),
  G_STRUCT_OFFSET (NegSaidOrder, date),          G_STRUCT_OFFSET (NegSaidOrder, time),
  G_STRUCT_OFFSET (NegSaidOrder, timezone),      G_STRUCT_OFFSET (NegSaidOrder, priority),
};

static const gsize report_texts[] = {
  G_STRUCT_OFFSET (NegSaidReport, placer),    G_STRUCT_OFFSET (NegSaidReport, placer_issuer),
  G_STRUCT_OFFSET (NegSaidReport, filler),    G_STRUCT_OFFSET (NegSaidReport, filler_issuer),
  G_STRUCT_OFFSET (NegSaidReport, accession), G_STRUCT_OFFSET (NegSaidReport, accession_issuer),
  G_STRUCT_OFFSET (NegSaidReport, title),     G_STRUCT_OFFSET (NegSaidReport, author),
  G_STRUCT_OFFSET (NegSaidReport, time),      G_STRUCT_OFFSET (NegSaidReport, text),
};

static void
free_texts (gpointer item, const gsize *texts, guint n)
{
  for (guint i = 0; i < n; i++)
    g_free (G_STRUCT_MEMBER (char *, item, texts[i]));
}

static void
clear_id (NegSaidId *id)
{
  g_free (id->id);
  g_free (id->issuer);
}

void
neg_said_id_free (NegSaidId *id)
{
  if (id == NULL)
    return;
  clear_id (id);
  g_free (id);
}

const char *
neg_order_status_get_name (NegOrderStatus status)
{
  static const char *const names[NEG_ORDER_STATUS_N] = { "", "scheduled", "canceled", "discontinued", "completed" };

  return (guint) status < G_N_ELEMENTS (names) ? names[status] : "";
}

NegSaidOrder *
neg_said_order_new (void)
{
  return g_new0 (NegSaidOrder, 1);
}

NegSaidOrder *
neg_said_order_copy (const NegSaidOrder *order)
{
  NegSaidOrder *copy = g_memdup2 (order, sizeof *order);

  for (guint i = 0; i < G_N_ELEMENTS (order_texts); i++) {
    char **text = &G_STRUCT_MEMBER (char *, copy, order_texts[i]);

    *text = g_strdup (*text);
  }
  return copy;
}

void
neg_said_order_free (NegSaidOrder *order)
{
  if (order == NULL)
    return;
  free_texts (order, order_texts, G_N_ELEMENTS (order_texts));
  g_free (order);
}

NegSaidReport *
neg_said_report_new (void)
{
  NegSaidReport *report = g_new0 (NegSaidReport, 1);

  report->study_uids = g_new0 (char *, 1);
  return report;
}

void
neg_said_report_free (NegSaidReport *report)
{
  if (report == NULL)
    return;
  free_texts (report, report_texts, G_N_ELEMENTS (report_texts));
  g_strfreev (report->study_uids);
  g_free (report);
}

void
neg_said_merge_free (NegSaidMerge *merge)
{
  if (merge == NULL)
    return;
  clear_id (&merge->retired);
  clear_id (&merge->survivor);
  g_free (merge->retired_name);
  g_free (merge);
}

NegSaid *
neg_said_new (NegSaidKind kind)
{
  NegSaid *said = g_new0 (NegSaid, 1);

  said->kind = kind;
  said->patient.ids = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_said_id_free);
  said->orders = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_said_order_free);
  said->reports = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_said_report_free);
  said->merges = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_said_merge_free);
  return said;
}

void
neg_said_free (NegSaid *said)
{
  if (said == NULL)
    return;
  g_ptr_array_unref (said->patient.ids);
  g_free (said->patient.name);
  g_free (said->patient.birth_date);
  g_free (said->patient.sex);
  g_free (said->patient.location);
  g_free (said->patient.admission_id);
  g_ptr_array_unref (said->orders);
  g_ptr_array_unref (said->reports);
  g_ptr_array_unref (said->merges);
  g_free (said);
}

/* A reading list with orders, for tests: what messages say in a line each. */
#pragma once

#include "store-folder.h"
#include "store/neg-entries.h"
#include "store/neg-messages.h"
#include "store/neg-orders.h"

typedef struct {
  StoreFolder folder;
  NegDatabase *database;
  gint64 next_series, next_message;
} OrdersList;

void orders_list_init (OrdersList *list, gconstpointer data);
void orders_list_clear (OrdersList *list, gconstpointer data);

void orders_list_run (OrdersList *list, const char *format, ...) G_GNUC_PRINTF (2, 3);
gint64 orders_list_query (OrdersList *list, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *orders_list_query_text (OrdersList *list, const char *sql);

/* NULL: not said. */
typedef struct {
  const char *issuer, *id, *name;
} Who;

typedef struct {
  const char *placer, *filler, *accession, *accession_issuer, *step, *study_uid, *modality, *procedure, *location,
      *date, *time, *priority, *reason, *referrer;
  NegOrderStatus status;
} Asked;

NegApplied orders_list_apply (OrdersList *list, NegSaid *said); /* frees it */
NegSaid *said_order (const Who *who, const Asked *asked, gint64 time_us);
NegSaid *said_patient (const Who *who, gint64 time_us);
NegSaid *said_merge (const Who *retired, const Who *survivor, gint64 time_us);
NegSaid *said_report (const Who *who, const char *accession, NegReportStatus status, const char *text, gint64 time_us);

gint64 orders_list_add_study (OrdersList *list, const Who *who, const char *uid, const char *accession,
                              const char *accession_issuer, const char *date);
void orders_list_remove_study (OrdersList *list, gint64 rowid);
void orders_list_set_remote (OrdersList *list, const Who *who, const char *uid, const char *accession);

guint orders_list_count (OrdersList *list); /* entries */
NegEntry *orders_list_entry (OrdersList *list, const char *condition);

/* All that is derived from messages and images, without numbers of places and times of writing. */
char *orders_list_dump (OrdersList *list);

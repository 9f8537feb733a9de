/* Help from a person: the site's room, whom to ask, and what the support team is told when somebody presses the button. [support] of
 * the site file (DESIGN.md). Nothing of a patient is in it: who asks, from where, which page.
 * Thread: any. */
#pragma once

#include "learning/neg-library.h"
#include "model/neg-site.h"

G_BEGIN_DECLS

typedef struct {
  char *room;         /* https; "": the site has none. Its host is on allow-hosts */
  char **allow_hosts;
  char *webhook;      /* https; "": none */
  char *answers;      /* https; "": they come by the library's folder, or not at all */
  char *tls_ca;       /* a PEM file of authorities for webhook and answers; "": the system's */
  char *hours;        /* as people write them */
  GPtrArray *contacts; /* NegContact */
} NegSupport;

/* An error names file, group and key: a room that is not https or not on allow-hosts, a port, user, query or fragment in it that does
 * not belong there, a webhook that is not https (http: this computer itself, for tests). */
NegSupport *neg_support_new (const NegSite *site, GError **error);
void neg_support_free (NegSupport *support);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSupport, neg_support_free)

/* Who sends something, and where he was. */
typedef struct {
  char *user, *role, *workstation, *version;
  char *page; /* [a-z0-9-]: a name of ours, never a title of a window */
} NegSender;

/* The operating system's user and host, this version; @role, @page borrowed texts of ours. Given with neg_sender_clear(). */
void neg_sender_init (NegSender *sender, const char *role, const char *page);
void neg_sender_clear (NegSender *sender);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegSender, neg_sender_clear)

/* What is sent (kind "support" of Post): exactly this, also to be shown. Given. USAGE: a page's name that is none. */
char *neg_support_make_json (const NegSender *sender, gint64 now_us, GError **error);

/* Presses of the button, from the site's folder. */
typedef struct {
  gint64 day_us; /* its begin, in @zone */
  char *day;     /* 2026-12-01 */
  guint n_presses, n_people;
} NegSupportDay;

/* Every day from the first to the last (0: all), also those with none; a line that came twice counts once. NegSupportDay, given. */
GPtrArray *neg_support_count_days (const char *folder, gint64 from_us, gint64 to_us, GTimeZone *zone, GError **error);

G_END_DECLS

/* What the parts of neg-site share. */
#pragma once

#include "model/neg-site.h"

G_BEGIN_DECLS

#define NEG_SITE_PEER_PREFIX "peer "

/* One file, later ones win. */
typedef struct {
  char *path;
  GKeyFile *keys;
} NegSiteLayer;

struct _NegSite {
  gatomicrefcount references;
  GPtrArray *layers; /* NegSiteLayer */
  char *home_file;
  char *config; /* nullable */
  GTimeZone *timezone;
  char *ae_title, *listen_address, *default_issuer;
  guint16 port, tls_port;
  gboolean is_port_auto, is_tls_port_auto;
  gboolean accept_unknown;
  char *tls_certificate, *tls_key, *tls_ca;
  NegSiteHl7 hl7;
  NegSitePrefetch prefetch;
  guint64 quota_bytes, keep_free_bytes;
  GPtrArray *peers; /* NegPeer */
};

NegSiteLayer *_neg_site_layer_new (const char *path, GKeyFile *keys); /* takes @keys */
void _neg_site_layer_free (NegSiteLayer *layer);
/* NULL without an error: there is no such file. */
NegSiteLayer *_neg_site_layer_read (const char *path, GError **error);

/* All layers together, "" when nobody says; given. */
char *_neg_site_dup_value (const NegSite *site, const char *group, const char *key, GError **error);
/* Where a remark begins behind a value (the documentation of the file has them); NULL: there is none. */
const char *_neg_site_find_comment (const char *value);
/* Sets an error that names file, group and key; returns FALSE. */
gboolean _neg_site_fail (const NegSite *site, const char *group, const char *key, GError **error, const char *format,
                         ...) G_GNUC_PRINTF (5, 6);

/* Takes the layers; checks everything. @warnings: of char. */
NegSite *_neg_site_build (GPtrArray *layers, const char *home_file, const char *config, GPtrArray *warnings,
                          GError **error);

/* Values of several groups. */
gboolean _neg_site_read_text (const NegSite *site, const char *group, const char *key, char **value, GError **error);
gboolean _neg_site_read_ae_title (const NegSite *site, const char *group, const char *key, char **value,
                                  GError **error);
gboolean _neg_site_read_port (const NegSite *site, const char *group, const char *key, guint16 *port, gboolean *is_auto,
                              GError **error);
gboolean _neg_site_read_bool (const NegSite *site, const char *group, const char *key, gboolean *value, GError **error);
gboolean _neg_site_read_size (const NegSite *site, const char *group, const char *key, guint64 *bytes, GError **error);
/* "20GiB"; "" changes nothing. FALSE: it is not one. */
gboolean _neg_site_parse_size (const char *text, guint64 *bytes);
/* An absolute path, or "". */
gboolean _neg_site_read_path (const NegSite *site, const char *group, const char *key, char **value, GError **error);

/* PS3.5 6.2, AE: 1 to 16 characters of the default repertoire, no backslash, no control character, not only spaces. */
gboolean _neg_site_is_ae_title (const char *text);

/* neg-site-prefetch.c */
gboolean _neg_site_is_prefetch_key (const char *key);
gboolean _neg_site_read_prefetch (NegSite *site, GError **error);
void _neg_site_clear_prefetch (NegSite *site);

/* neg-site-hl7.c; keys NULL-terminated. */
const char *const *_neg_site_get_hl7_keys (void);
gboolean _neg_site_read_hl7 (NegSite *site, GError **error);
void _neg_site_clear_hl7 (NegSite *site);

gboolean _neg_site_read_peer (const NegSite *site, const char *group, NegPeer **peer, GError **error);
void _neg_peer_free (NegPeer *peer);
/* NULL-terminated. */
const char *const *_neg_site_get_peer_keys (void);

/* Fills host, port, kind, called_ae and path of @peer from its address; else *why is a sentence's end (given). */
gboolean _neg_peer_parse_address (NegPeer *peer, char **why);

G_END_DECLS

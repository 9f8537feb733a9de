/* The site file: what an administrator owns and what changes a result (commands.md). A GKeyFile; files are laid over each
 * other, the later wins key by key: /etc/negatoscope/site.conf, site.conf of the home, the one named by --config.
 *
 * A wrong value is an error that names file, group and key; an unknown key is a warning. Groups of later parts ([prefetch],
 * [library], ...) are known by name and kept as they are.
 * Thread: immutable once built, shared by reference. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  NEG_PEER_DICOM, /* dicom:// */
  NEG_PEER_DICOM_TLS, /* dicoms:// */
  NEG_PEER_WEB, /* http:// and https://: DICOMweb; http only to a loopback address */
} NegPeerKind;

typedef enum {
  NEG_PEER_QUERY = 1 << 0,
  NEG_PEER_RETRIEVE = 1 << 1,
  NEG_PEER_STORE = 1 << 2,
  NEG_PEER_COMMIT = 1 << 3,
  NEG_PEER_WORKLIST = 1 << 4,
  NEG_PEER_MPPS = 1 << 5, /* is told of performed procedure steps */
} NegPeerUse;

typedef enum {
  NEG_RETRIEVE_GET,
  NEG_RETRIEVE_MOVE,
  NEG_RETRIEVE_WEB,
} NegRetrieveWay;

/* One other system. Strings are never NULL, "" where the file says nothing. */
typedef struct {
  char *name; /* of the group: [peer NAME] */
  char *address; /* verbatim */
  NegPeerKind kind;
  char *host;
  guint16 port;
  char *called_ae;  /* of dicom and dicoms; 16 characters at most */
  char *path;       /* of web: base path, begins with / */
  char *calling_ae; /* else [dicom] ae-title */
  guint use; /* of NegPeerUse; default query;retrieve;store */
  NegRetrieveWay retrieve;
  char *issuer, *accession_issuer;
  char *tls_ca, *tls_certificate, *tls_key; /* paths of PEM files */
  char *user, *password_file; /* web: basic authentication; only over https */
} NegPeer;

/* [hl7]: who sends orders to us. Strings are never NULL, "" where the file says nothing. */
typedef struct {
  char *default_issuer;    /* of patient IDs without an assigning authority */
  char *primary_authority; /* whose ID of several is the patient's */
  char *processing_id;     /* MSH-11 that is taken; default P */
  char *listen_address;
  guint16 port;            /* 0: none, or any free port: */
  gboolean is_port_auto;
  char *tls_certificate, *tls_key; /* the port speaks TLS, and nothing else, where these are set */
  char *tls_client_ca;     /* who has issued the certificates of senders; "": they need none */
  char *tls_ca;            /* of receivers that we send to; "": the system's */
  GPtrArray *allow;        /* GInetAddressMask: senders that are let in; empty: all */
} NegSiteHl7;

/* A time of every day, in the site's zone; from > to: over midnight. */
typedef struct {
  guint from_minute, to_minute;
} NegSitePeriod;

/* [prefetch]: what is fetched before somebody asks for it. Its quota= and keep-free= are those of the cache
 * (neg_site_get_quota_bytes()) and win over the ones of [archive]. */
typedef struct {
  char **peers;        /* empty: all that may be queried and retrieved from */
  guint transfers;     /* at once; default 1; 0: nothing is planned or fetched */
  guint64 bytes_per_s; /* 0: no limit, the default */
  GArray *quiet;       /* NegSitePeriod: nothing is asked or fetched */
  int daily_minute;    /* when all that is scheduled for the next day is looked at; -1: never, the default */
  guint lead_s;        /* how long before an appointment its priors may be fetched; default a day */
  guint interval_s;    /* what peers said of a patient is not asked again within it; default an hour */
  char **rule_names, **rule_texts; /* "rule.1", in the order of their numbers; worklist/neg-prefetch.h reads them */
} NegSitePrefetch;

typedef struct _NegSite NegSite;

/* @home nullable (the XDG data folder then), @config nullable (--config). *warnings (nullable) is given: sentences. */
NegSite *neg_site_load (const char *home, const char *config, char ***warnings, GError **error);
NegSite *neg_site_ref (NegSite *site);
void neg_site_unref (NegSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSite, neg_site_unref)

const char *neg_site_get_ae_title (const NegSite *site);
const char *neg_site_get_listen_address (const NegSite *site);
guint16 neg_site_get_port (const NegSite *site); /* 0: no receiver, or any free port: */
gboolean neg_site_is_port_auto (const NegSite *site); /* port=auto: for tests */
gboolean neg_site_get_accept_unknown (const NegSite *site);
const char *neg_site_get_default_issuer (const NegSite *site);
GTimeZone *neg_site_get_timezone (const NegSite *site); /* borrowed */
/* [dicom] tls-port= (0: none), tls-certificate=, tls-key=, tls-ca=: the receiver's own TLS; "" where not set. */
guint16 neg_site_get_tls_port (const NegSite *site);
gboolean neg_site_is_tls_port_auto (const NegSite *site);
const char *neg_site_get_tls_certificate (const NegSite *site);
const char *neg_site_get_tls_key (const NegSite *site);
const char *neg_site_get_tls_ca (const NegSite *site);
const NegSitePrefetch *neg_site_get_prefetch (const NegSite *site); /* borrowed */
/* What is wrong with rule @name: an error that names file, group and key. Returns FALSE. */
gboolean neg_site_fail_rule (const NegSite *site, const char *name, const char *why, GError **error);
const NegSiteHl7 *neg_site_get_hl7 (const NegSite *site); /* borrowed */
/* @address: numeric. */
gboolean neg_site_hl7_allows (const NegSiteHl7 *hl7, const char *address);
/* [prefetch] or [archive] quota= (bytes of the cache class; default 20 GiB), keep-free= (bytes, default 1 GiB). */
guint64 neg_site_get_quota_bytes (const NegSite *site);
guint64 neg_site_get_keep_free_bytes (const NegSite *site);
const char *neg_site_get_home_file (const NegSite *site); /* where changes go */

/* In the file's order; borrowed. */
GPtrArray *neg_site_get_peers (const NegSite *site);
const NegPeer *neg_site_find_peer (const NegSite *site, const char *name, GError **error); /* NOT_FOUND lists the names */
/* The peer that a calling AE title can be; NULL: unknown. */
const NegPeer *neg_site_find_caller (const NegSite *site, const char *calling_ae);

/* Key to value as written, of all files together; given, NULL when there is no such peer. *writable (nullable): FALSE
 * when the file of --config, which wins over the home's, names it. */
GHashTable *neg_site_dup_peer_keys (const NegSite *site, const char *name, gboolean *writable);

/* For a group that another part reads ([quality], [training] ...): its keys of all files together, each once; a value, "" when nobody
 * says it, both given; what is wrong with one: an error that names file, group and key. Returns FALSE. */
char **neg_site_list_keys (const NegSite *site, const char *group);
char *neg_site_dup_value (const NegSite *site, const char *group, const char *key, GError **error);
gboolean neg_site_fail_value (const NegSite *site, const char *group, const char *key, const char *why, GError **error);

/* Writes [peer NAME] (keys as in the file; values NULL or "" remove the key; @values NULL removes the peer) into the
 * home's file, atomically, comments kept; refused (error names the key) when the result could not be loaded. */
gboolean neg_site_change_peer (const NegSite *site, const char *name, GHashTable *values, GError **error);

G_END_DECLS

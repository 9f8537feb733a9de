/* What a check of a study found: for the technologist's desk, `check --json`, and archive.db's table of findings.
 * Thread: plain data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  NEG_SEVERITY_NONE,
  NEG_SEVERITY_NOTE,    /* worth a look */
  NEG_SEVERITY_WARNING, /* wants a person's word before the study leaves */
  NEG_SEVERITY_ERROR,   /* wrong: must be mended or explained before it leaves */
} NegSeverity;

const char *neg_severity_get_name (NegSeverity severity); /* "none", "note", "warning", "error" */
gboolean neg_severity_parse (const char *name, NegSeverity *severity);

/* The one action that mends it. The names are stored and printed. */
typedef enum {
  NEG_ACTION_LOOK,        /* by eye; then accept */
  NEG_ACTION_MATCH,       /* take patient, accession, UIDs of an order; argument: the order's id, "" to be chosen */
  NEG_ACTION_SET,         /* correct one value; argument: "Keyword=value" or "Keyword=" when a person must say it */
  NEG_ACTION_MERGE,       /* with other studies; argument: their study UIDs, backslash */
  NEG_ACTION_SPLIT,       /* series go to another study; argument: series UIDs, backslash */
  NEG_ACTION_DROP,        /* put aside doubles; argument: SOP instance UIDs, backslash */
  NEG_ACTION_MOVE,        /* images to another series */
  NEG_ACTION_REJECT,      /* and perhaps repeat */
  NEG_ACTION_FETCH,       /* ask the modality to send again */
  NEG_ACTION_CONVERT,     /* the transfer syntax, when it is sent: nothing to do by hand */
  NEG_ACTION_MASK,        /* burned-in text: look, reject, or send on purpose */
  NEG_ACTION_N_KINDS,
} NegFindingAction;

const char *neg_finding_action_get_name (NegFindingAction action); /* "look", "match", ... */
gboolean neg_finding_action_parse (const char *name, NegFindingAction *action);

/* Texts are never NULL, UTF-8, sentences or values for people, in their language. */
typedef struct {
  gint64 id;          /* of the table; 0: not in it */
  char *check;        /* "patient-id", ...: quality/neg-quality.h lists them */
  NegSeverity severity;
  char *series_uid;   /* "" of several or of the study */
  char *subject;      /* SOP instance or series instance UIDs joined by backslash (200 at most); "": the whole study */
  guint n_objects;    /* how many objects it is about */
  char *found, *expected, *why;
  NegFindingAction action;
  char *argument;
  char *accepted_by, *accepted_words;
  gint64 accepted_us; /* 0: nobody has accepted it */
} NegFinding;

/* Texts are copied; NULL becomes "". */
NegFinding *neg_finding_new (const char *check, NegSeverity severity);
NegFinding *neg_finding_copy (const NegFinding *finding);
void neg_finding_free (NegFinding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegFinding, neg_finding_free)

G_END_DECLS

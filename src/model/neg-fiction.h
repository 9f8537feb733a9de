/* The one way of text that may tell who a patient is from data to a person's eyes. While fiction is off it is cleaned and
 * shown as it is. While it is on (a recording, a screenshot that leaves, practice before others) every patient is another,
 * invented one, and always the same: who has the same name or ID has the same invention wherever it is shown. Only what is
 * shown goes this way: what is written into files, sent, compared or searched stays true. Thread: any. */
#pragma once

#include <glib.h>

#include "model/neg-object-record.h"

G_BEGIN_DECLS

typedef enum {
  NEG_TEXT_NAME,       /* PN, or as a person reads it */
  NEG_TEXT_ID,         /* patient ID, its issuer, admission, study ID, serial numbers */
  NEG_TEXT_BIRTH_DATE, /* as NEG_TEXT_DATE */
  NEG_TEXT_DATE,       /* DA, DT, or with hyphens; times of the day stay */
  NEG_TEXT_ACCESSION,  /* and other numbers of orders */
  NEG_TEXT_PERSON,     /* referrer, operator, who reported */
  NEG_TEXT_PLACE,      /* institution, department, ward, station */
  NEG_TEXT_UID,
  NEG_TEXT_FREE,  /* one line that somebody typed: descriptions, comments, titles, reasons */
  NEG_TEXT_SENTENCE, /* what the program itself, a peer or a check says, which may quote what somebody typed */
  NEG_TEXT_PROSE, /* reports, annotations; line feeds and tabs stay */
  NEG_TEXT_PATH,
  NEG_TEXT_SITE,  /* from elsewhere, but never about a patient: names of peers, units, terms of the standard: only cleaned */
  NEG_TEXT_N_KINDS,
} NegTextKind;

/* Valid UTF-8 without control and direction characters, at most 200 characters (prose and paths: all); "" for NULL. Given. */
char *neg_text_dup_shown (NegTextKind kind, const char *text);

/* Without fiction, whatever it is; only for what the program itself says. Given. */
char *neg_text_dup_clean (const char *text);

/* What the value of an element is: @vr of two letters; @path a keyword, or several with points between them. */
NegTextKind neg_text_kind_of_element (guint32 tag, const char *vr);
NegTextKind neg_text_kind_of_field (NegRecordField field);
NegTextKind neg_text_kind_of_keyword (const char *path);

void neg_fiction_set_on (gboolean on); /* ui: neg_privacy_hold() */
gboolean neg_fiction_is_on (void);

/* Where inventions come from; random once per process where nobody sets it. Forgets what was seen. */
void neg_fiction_set_key (const guint8 *key, gsize n_bytes);

/* What is invented already (the demo department): passes as it is. */
void neg_fiction_let_pass (NegTextKind kind, const char *text);
gboolean neg_fiction_passes (NegTextKind kind, const char *text);
/* Words that the program itself says: they give nobody away. */
void neg_fiction_add_harmless (const char *words);

/* Whether @text holds a word of what was replaced while fiction was on. What is remembered are keyed hashes. */
gboolean neg_fiction_gives_away (const char *text);

G_END_DECLS

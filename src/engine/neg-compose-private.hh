/* What the writers of neg-compose*.cc share. Private to them. */
#pragma once

#include "engine/neg-dataset-private.hh"
#include "wire/neg-compose.h"

namespace neg {

struct Code {
  const char *value, *scheme, *meaning;
};

/* One item that is being written. What DCMTK refuses is kept and told at the end; an absent text writes nothing. */
class Writer {
public:
  Writer (DcmItem *item, OFCondition *condition) : item (item), condition (condition) {}

  void text (const DcmTagKey &tag, const char *value) const;         /* nothing for NULL */
  void text_or_empty (const DcmTagKey &tag, const char *value) const; /* type 2 */
  void cut (const DcmTagKey &tag, const char *value, gsize characters_max) const; /* the beginning, at a character */
  void cut_lines (const DcmTagKey &tag, const char *value, gsize bytes_max) const; /* of ST and LT */
  void cut_all (const DcmTagKey &tag, const std::vector<const char *> &values, gsize characters_max) const; /* nullable */
  void us (const DcmTagKey &tag, guint16 value) const;
  void decimal (const DcmTagKey &tag, double value) const;            /* DS of at most 16 characters */
  void decimals (const DcmTagKey &tag, const double *values, guint n) const;
  void integer (const DcmTagKey &tag, gint32 value) const;            /* IS */
  void longs (const DcmTagKey &tag, const gint32 *values, guint n) const;   /* SL */
  void floats (const DcmTagKey &tag, const double *values, guint n) const;  /* FL */
  void words (const DcmTagKey &tag, const guint16 *values, guint n) const;  /* US or OW */
  void bytes (const DcmTagKey &tag, const guint8 *values, gsize n) const;   /* OB or OW */
  void insert (std::unique_ptr<DcmElement> element) const;
  Writer add (const DcmTagKey &sequence) const;                        /* one item more */
  void empty_sequence (const DcmTagKey &sequence) const;
  void code (const DcmTagKey &sequence, const Code &code) const;

  DcmItem *item;

private:
  void check (const OFCondition &result) const;
  OFCondition *condition;
};

/* SOP class, SOP instance, frames; frame 1 of an object that can only have one is not named. */
void write_image_reference (const Writer &item, const NegImageReference &reference);
/* A sequence by series: Referenced Series Sequence of a presentation state. */
void write_series_references (const Writer &root, const NegImageReferences &references);
/* Whether an earlier one is the same object. */
bool was_listed (const NegImageReferences &references, guint32 index);
/* Study > series > instances (C.17.2.1), each once; @study_uid where a reference names none. */
void write_evidence (const Writer &root, const DcmTagKey &sequence, const NegImageReferences &references,
                     const char *study_uid);
/* Values of structured reports (PS3.3 C.17.3). */
Writer add_content (const Writer &parent, const char *relationship, const char *type, const Code *concept);
void add_code (const Writer &parent, const char *relationship, const Code &concept, const Code &value);
void add_text (const Writer &parent, const char *relationship, const Code &concept, const char *value);
void add_image (const Writer &parent, const char *relationship, const NegImageReference &reference,
                const Code *concept);
/* Container at the root with its template, what modifies its title (nullable), observer and language. */
void write_document (const Writer &root, const NegCompose &compose, const Code &title, const char *template_id,
                     const Code *modifier);

void compose_presentation (const Writer &root, const NegCompose &compose);
void compose_key_selection (const Writer &root, const NegCompose &compose, const char *study_uid);
void compose_measurements (const Writer &root, const NegCompose &compose, const char *study_uid);

} // namespace neg

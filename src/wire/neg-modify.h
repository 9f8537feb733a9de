/* How objects become other versions of themselves: what an engine is asked to change in them. Everything is here, so that the
 * engine invents nothing: no UID, no time, no name. Pixel data go through byte by byte, unless another transfer syntax is asked
 * for. Used for corrections (with Original Attributes Sequence, PS3.3 C.12.1) and for a peer that cannot take a syntax. */
#pragma once

#include "base/neg-bytes.h"

G_BEGIN_DECLS

typedef enum {
  NEG_EDIT_SET,    /* one value (values joined by backslash), added when it is not there */
  NEG_EDIT_REMOVE, /* the attribute, sequences too */
  NEG_EDIT_CODE,   /* a sequence with this one item: a code; value: "VALUE\SCHEME\MEANING" */
} NegEditKind;

/* @path: a keyword or 8 hex digits, items as "RequestAttributesSequence[0].ScheduledProcedureStepID" (items that are not there
 * are added, only the next one). Not: groups 0002 and 7FE0, what describes the pixels' layout (0028,0002..0103), SOP Class UID,
 * private creators: NEG_ERROR_REFUSED. @value: UTF-8; it is written in the object's character set where that can, else the object's
 * texts all become UTF-8 (ISO_IR 192). */
typedef struct {
  NegEditKind kind;
  char *path;
  char *value;
} NegEdit;

typedef struct {
  GPtrArray *edits;     /* NegEdit */
  /* Old to new: every UI value that is one of these is replaced, wherever it is, but for classes and transfer syntaxes. The
   * object's own identity changes in the same way. Sorted by the old one. */
  GPtrArray *uids;      /* char *: old, new, old, new ... */
  gboolean keeps_originals; /* Original Attributes Sequence: an item with the old value of all that changes at the top level (the whole
                             * old sequence of an edit within one), behind those that are there. UIDs within references are none of it. */
  char *user;           /* Modifying System (0400,0563) is @system; the person goes to Contributing Equipment's description:
                         * (0018,A001) item of purpose 109103 DCM "Modifying Equipment", Operators' Name */
  char *system;
  char *datetime;       /* DT with offset: Attribute Modification DateTime (0400,0562), Contribution DateTime */
  char *reason_code;    /* Reason for the Attribute Modification (0400,0565): COERCE or CORRECT */
  char *reason;         /* a person's words: Contribution Description (0018,A003) */
  char *device_version;
  /* "": as it is. Explicit VR Little Endian: decoded, each frame to native values with Photometric Interpretation, Planar
   * Configuration as decoded; lossy stays marked as such. */
  char *transfer_syntax_uid;
} NegModify;

NegModify *neg_modify_new (void);
void neg_modify_free (NegModify *modify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegModify, neg_modify_free)
void neg_modify_add (NegModify *modify, NegEditKind kind, const char *path, const char *value);
void neg_modify_map (NegModify *modify, const char *old_uid, const char *new_uid); /* any order; sorted when written */

void neg_modify_write (const NegModify *modify, GByteArray *array);
/* NEG_ERROR_PROTOCOL unless everything is there and in range (100,000 UIDs, 1,000 edits at most). Given. */
NegModify *neg_modify_read (NegReader *reader, GError **error);

#define NEG_MODIFY_EXPLICIT_LITTLE "1.2.840.10008.1.2.1"

/* What became of one object. */
typedef struct {
  guint64 bytes;        /* written to its file, from offset 0: preamble, meta header (DICM), data set */
  gboolean is_changed;  /* FALSE: nothing of it is another than before (no UID of it is mapped, each value was there): not written */
  guint64 pixel_offset, pixel_bytes; /* of the value field of Pixel Data in what was written, encapsulation and all; 0: none */
  guint64 old_pixel_offset;          /* in the object read; 0 where the pixels are written anew (another syntax) */
} NegModified;

void neg_modified_write (const NegModified *modified, GByteArray *array);
/* NEG_ERROR_PROTOCOL unless it can be. */
gboolean neg_modified_read (NegModified *modified, NegReader *reader, GError **error);

/* The requester's own look at what an engine has written from @old_fd (the object begins at its byte 0) into @new_fd: at both
 * places is a pixel element of that length, and it has the same bytes. NEG_ERROR_INCONSISTENT where not. TRUE, too, where the
 * engine says that there are none: whoever knows of an image (NegObjectRecord has its rows) sees to that. The engine may have
 * kept its descriptor, so that what it has written is certain only after its end (neg-modify-batch.h). */
gboolean neg_modified_check_pixels (int old_fd, int new_fd, const NegModified *modified, GError **error);

G_END_DECLS

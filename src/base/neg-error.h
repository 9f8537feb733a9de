/* Errors of every layer, in the vocabulary of the command line.
 *
 * One domain, one code per kind of failure that a caller or a person branches on, and "where": the tag,
 * byte offset, frame or peer that the failure is about. Messages never hold patient data.
 * Thread: any. Ownership: as GError. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  NEG_ERROR_UNREADABLE,    /* cannot be opened, or is not what it says it is */
  NEG_ERROR_TRUNCATED,     /* ends before what it announces */
  NEG_ERROR_NESTING,       /* sequences nested deeper than the limit */
  NEG_ERROR_SIZE_OVERFLOW, /* a length or a product of lengths beyond its limit */
  NEG_ERROR_INCONSISTENT,  /* two statements of one object contradict each other */
  NEG_ERROR_UNSUPPORTED,   /* understood, and not done here */
  NEG_ERROR_ENGINE_DIED,
  NEG_ERROR_TIMEOUT,
  NEG_ERROR_MEMORY,
  NEG_ERROR_DISK_FULL,
  NEG_ERROR_NOT_FOUND,
  NEG_ERROR_REFUSED,
  NEG_ERROR_ABORTED,
  NEG_ERROR_TLS,
  NEG_ERROR_AUTH,
  NEG_ERROR_PROTOCOL, /* a program or peer that does not keep to its protocol */
  NEG_ERROR_CANCELLED,
  NEG_ERROR_BUSY,
  NEG_ERROR_CONFLICT,
  NEG_ERROR_USAGE,
  NEG_ERROR_N_CODES,
} NegErrorCode;

#define NEG_ERROR (neg_error_quark ())
GQuark neg_error_quark (void);

/* Sets *@error; @where is copied and may be NULL. Always returns FALSE, so `return neg_fail (...)` reads well. */
gboolean neg_fail (GError **error, NegErrorCode code, const char *where, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* What the error is about; borrowed, NULL when unknown or of another domain. */
const char *neg_error_get_where (const GError *error);

/* The name of commands.md ("unreadable", "size-overflow", ...); "unreadable" for errors of other domains
 * except GIO's not-found, no-space, timed-out and cancelled, which have names of their own. */
const char *neg_error_get_name (const GError *error);
const char *neg_error_code_get_name (NegErrorCode code);

G_END_DECLS

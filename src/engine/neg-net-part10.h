/* The file meta information (PS3.10 7.1) that goes before a data set as it came over the network: the data set stays as
 * it is, bit by bit, and this says what it is. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who writes; the same in every association (PS3.7 D.3.3.2). */
#define NEG_IMPLEMENTATION_CLASS_UID "2.25.109111958761787747432112692664448620303"
#define NEG_IMPLEMENTATION_VERSION "NEGATOSCOPE_0_1"

/* Preamble of zeros, DICM, group 0002; given. @source_ae is nullable and cut to 16 characters. NEG_ERROR_INCONSISTENT
 * for a UID that is empty, longer than 64 characters, or not of digits and dots: peers send what they like. */
GByteArray *neg_net_part10_new (const char *sop_class_uid, const char *sop_instance_uid,
                                const char *transfer_syntax_uid, const char *source_ae, GError **error);

G_END_DECLS

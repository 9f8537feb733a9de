/* The index record of an object, by our own walk over its top level: no library, one read of the file's beginning where
 * that holds the header, nothing kept. Sequences are walked through with the scanner's limits, so that hostile bytes end
 * in an error; what comes behind the last attribute of the record is not looked at: an object that is to be kept goes
 * through neg_scan() first.
 * Thread: any, one source per call. */
#pragma once

#include "engine/neg-source.h"
#include "model/neg-object-record.h"

G_BEGIN_DECLS

/* Fills @record, which is empty. UNREADABLE: not a DICOM object. Not checked (neg_object_record_check): what is not
 * there stays NULL. An object that ends before its pixels has what came before. */
gboolean neg_record_read (NegSource *source, NegObjectRecord *record, GError **error);

/* neg_object_record_check(), and that nobody else can read another identity from the same bytes: none of its elements is
 * there twice (PS3.5 7.1). For what somebody sends. INCONSISTENT. */
gboolean neg_record_check_received (NegObjectRecord *record, GError **error);

G_END_DECLS

/* Studies made of records, and what must be found in them. */
#pragma once

#include "quality/neg-quality.h"

/* An image of the one patient and study that all of these are of; then pairs of NegRecordField and text ("" takes it away), -1 at the
 * end. Number @number from 1. */
NegQualityObject *quality_add (NegQualityStudy *study, const char *modality, guint number, ...);
void quality_set_fields (NegQualityObject *object, ...);
/* @n axial slices, 2 mm apart, in series "1.2.3.SERIES"; @left_out (0: none) is not there. */
void quality_add_slices (NegQualityStudy *study, const char *series, guint n, guint left_out);
GPtrArray *quality_get_objects (NegQualityStudy *study); /* NegQualityObject, borrowed */
/* The order of the study: all as in the images. */
NegQualityExpectation *quality_add_order (NegQualityStudy *study);
/* Pixels as of a good radiograph, to be spoiled. */
NegQualityPixels *quality_add_pixels (NegQualityObject *object);

/* 2026-11-22 12:00 UTC. */
#define QUALITY_NOW_US (G_GINT64_CONSTANT (1795348800) * G_USEC_PER_SEC)

/* With the rules that are built in, or those of @site ("key=value\n..." of [quality]; nullable). */
GPtrArray *quality_run (NegQualityStudy *study, const char *site);
NegQualityRules *quality_rules (const char *site, GError **error);

/* Takes @study: nothing is found. */
void quality_assert_clean (NegQualityStudy *study);
/* Takes @study: exactly one finding, and it is this. */
void quality_assert_found (NegQualityStudy *study, const char *check, NegSeverity severity, NegFindingAction action,
                           const char *argument);
/* Likewise, with @site; @found: a part of the words, nullable. */
void quality_assert_found_with (NegQualityStudy *study, const char *site, const char *check, NegSeverity severity, const char *found);
void quality_assert_clean_with (NegQualityStudy *study, const char *site);

#include "config.h"

#include "ui/neg-privacy-demo.h"

#include "demo/neg-demo-department.h"
#include "model/neg-fiction.h"

static void
let_study_pass (const NegDemoStudy *study)
{
  neg_fiction_let_pass (NEG_TEXT_ACCESSION, study->accession);
  neg_fiction_let_pass (NEG_TEXT_PERSON, study->referring);
  neg_fiction_let_pass (NEG_TEXT_FREE, study->description);
  for (guint i = 0; i < study->n_series; i++)
    neg_fiction_let_pass (NEG_TEXT_FREE, study->series[i].description);
}

void
neg_privacy_let_demo_pass (void)
{
  guint n;
  const NegDemoPatient *patients = neg_demo_department_get_patients (&n);

  for (guint i = 0; i < n; i++) {
    neg_fiction_let_pass (NEG_TEXT_NAME, patients[i].name);
    neg_fiction_let_pass (NEG_TEXT_ID, patients[i].id);
    for (guint k = 0; k < patients[i].n_studies; k++)
      let_study_pass (&patients[i].studies[k]);
  }
}

/* The stiff problems of the benchmark table by CVODE, BDF with its direct solvers: prints a line a problem, which cvode.py reads.
   cc -O3 -march=native cvode.c -lsundials_cvode -lsundials_nvecserial -lsundials_sunmatrixdense -lsundials_sunmatrixband
      -lsundials_sunlinsoldense -lsundials_sunlinsolband -lm */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_context.h>
#include <sunlinsol/sunlinsol_band.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_band.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <time.h>

#define SPECIES 100
static double rates[SPECIES];

static int robertson(double t, N_Vector yv, N_Vector fv, void *data) {
  const double *y = N_VGetArrayPointer(yv);
  double *f = N_VGetArrayPointer(fv);
  double a = 0.04 * y[0], b = 1e4 * y[1] * y[2], c = 3e7 * y[1] * y[1];
  f[0] = b - a;
  f[1] = a - b - c;
  f[2] = c;
  return 0;
}

static int robertson_jacobian(double t, N_Vector yv, N_Vector fv, SUNMatrix j, void *data, N_Vector a, N_Vector b, N_Vector c) {
  const double *y = N_VGetArrayPointer(yv);
  double *c0 = SM_COLUMN_D(j, 0), *c1 = SM_COLUMN_D(j, 1), *c2 = SM_COLUMN_D(j, 2);
  double third = 6e7 * y[1];
  c0[0] = -0.04;
  c1[0] = 1e4 * y[2];
  c2[0] = 1e4 * y[1];
  c0[1] = 0.04;
  c1[1] = -1e4 * y[2] - third;
  c2[1] = -1e4 * y[1];
  c0[2] = 0;
  c1[2] = third;
  c2[2] = 0;
  return 0;
}

static int hires(double t, N_Vector yv, N_Vector fv, void *data) {
  const double *y = N_VGetArrayPointer(yv);
  double *f = N_VGetArrayPointer(fv);
  double bound = 280 * y[5] * y[7];
  f[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
  f[1] = 1.71 * y[0] - 8.75 * y[1];
  f[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
  f[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
  f[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6];
  f[5] = -bound + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
  f[6] = bound - 1.81 * y[6];
  f[7] = -f[6];
  return 0;
}

static int hires_jacobian(double t, N_Vector yv, N_Vector fv, SUNMatrix j, void *data, N_Vector a, N_Vector b, N_Vector c) {
  const double *y = N_VGetArrayPointer(yv);
  double **m = SM_COLS_D(j);
  m[0][0] = -1.71, m[1][0] = 0.43, m[2][0] = 8.32;
  m[0][1] = 1.71, m[1][1] = -8.75;
  m[2][2] = -10.03, m[3][2] = 0.43, m[4][2] = 0.035;
  m[1][3] = 8.32, m[2][3] = 1.71, m[3][3] = -1.12;
  m[4][4] = -1.745, m[5][4] = 0.43, m[6][4] = 0.43;
  m[3][5] = 0.69, m[4][5] = 1.71, m[5][5] = -280 * y[7] - 0.43, m[6][5] = 0.69, m[7][5] = -280 * y[5];
  m[5][6] = 280 * y[7], m[6][6] = -1.81, m[7][6] = 280 * y[5];
  m[5][7] = -280 * y[7], m[6][7] = 1.81, m[7][7] = -280 * y[5];
  return 0;
}

static int chain(double t, N_Vector yv, N_Vector fv, void *data) {
  const double *y = N_VGetArrayPointer(yv);
  double *f = N_VGetArrayPointer(fv), before = 0;
  for (int i = 0; i < SPECIES - 1; i++) {
    double flux = rates[i] * (y[i] / (1 + y[i]) - 0.1 * y[i + 1]);
    f[i] = before - flux;
    before = flux;
  }
  f[SPECIES - 1] = before;
  return 0;
}

static int chain_jacobian(double t, N_Vector yv, N_Vector fv, SUNMatrix j, void *data, N_Vector a, N_Vector b, N_Vector c) {
  const double *y = N_VGetArrayPointer(yv);
  for (int i = 0; i < SPECIES; i++) SM_ELEMENT_B(j, i, i) = 0;
  for (int i = 0; i < SPECIES - 1; i++) {
    double forward = rates[i] / ((1 + y[i]) * (1 + y[i])), backward = 0.1 * rates[i];
    SM_ELEMENT_B(j, i, i) -= forward;
    SM_ELEMENT_B(j, i, i + 1) = backward;
    SM_ELEMENT_B(j, i + 1, i) = forward;
    SM_ELEMENT_B(j, i + 1, i + 1) -= backward;
  }
  return 0;
}

typedef struct {
  const char *name, *label;
  int length, band;
  double end, tolerance, floor;
  CVRhsFn field;
  CVLsJacFn jacobian;
} Problem;

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int compare(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

static void start(const Problem *p, N_Vector y) {
  N_VConst(0, y);
  double *v = N_VGetArrayPointer(y);
  if (p->length == 3) v[0] = 1;
  if (p->length == 8) v[0] = 1, v[7] = 0.0057;
  if (p->length == SPECIES) v[0] = SPECIES;
}

static void run(const Problem *p, int differences, clockid_t clock) {
  SUNContext context;
#if SUNDIALS_VERSION_MAJOR >= 7
  SUNContext_Create(SUN_COMM_NULL, &context);
#else
  SUNContext_Create(NULL, &context);
#endif
  N_Vector y = N_VNew_Serial(p->length, context);
  SUNMatrix a = p->band ? SUNBandMatrix(p->length, p->band, p->band, context) : SUNDenseMatrix(p->length, p->length, context);
  SUNLinearSolver linear = p->band ? SUNLinSol_Band(y, a, context) : SUNLinSol_Dense(y, a, context);
  void *memory = CVodeCreate(CV_BDF, context);
  start(p, y);
  CVodeInit(memory, p->field, 0, y);
  CVodeSStolerances(memory, p->tolerance, p->tolerance * p->floor);
  CVodeSetMaxNumSteps(memory, 100000);
  CVodeSetLinearSolver(memory, linear, a);
  if (!differences) CVodeSetJacFn(memory, p->jacobian);

  /* Like the table: the memory is made once, and what is timed is a solve from the start to the end that lands on it. */
  enum { BATCHES = 25 };
  double times[BATCHES], t;
  int repetitions = 1;
  for (int b = -3; b < BATCHES; b++) {
    double before = now(clock);
    for (int r = 0; r < repetitions; r++) {
      start(p, y);
      CVodeReInit(memory, 0, y);
      CVodeSetStopTime(memory, p->end);
      if (CVode(memory, p->end, y, &t, CV_NORMAL) < 0) exit(1);
    }
    double each = (now(clock) - before) / repetitions;
    if (b < 0) repetitions = (int)(5e6 / each) + 1;
    else times[b] = each;
  }
  qsort(times, BATCHES, sizeof *times, compare);
  long steps, evaluations, failures, setups, jacobians, extra = 0;
  CVodeGetNumSteps(memory, &steps);
  CVodeGetNumRhsEvals(memory, &evaluations);
  CVodeGetNumErrTestFails(memory, &failures);
  CVodeGetNumLinSolvSetups(memory, &setups);
  CVodeGetNumJacEvals(memory, &jacobians);
  CVodeGetNumLinRhsEvals(memory, &extra);
  printf("%s %s%s %.0f %.0f %.0f %ld %ld %ld %ld %ld", p->name, p->label, differences ? "-fd" : "", times[BATCHES / 4], times[BATCHES / 2], times[3 * BATCHES / 4], steps, evaluations + extra, failures,
         setups, jacobians);
  printf("\n");
  CVodeFree(&memory);
  SUNLinSolFree(linear);
  SUNMatDestroy(a);
  N_VDestroy(y);
  SUNContext_Free(&context);
}

int main(int count, char **words) {
  clockid_t clock = count > 1 && !strcmp(words[1], "cpu") ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  for (int i = 0; i < SPECIES; i++) rates[i] = pow(10, 7 * i % 5);
  const Problem problems[] = {
      {"robertson-1e5", "1e-4", 3, 0, 1e5, 1e-4, 1e-8, robertson, robertson_jacobian},
      {"robertson-1e5", "1e-6", 3, 0, 1e5, 1e-6, 1e-8, robertson, robertson_jacobian},
      {"robertson-1e5", "1e-8", 3, 0, 1e5, 1e-8, 1e-8, robertson, robertson_jacobian},
      {"hires", "1e-6", 8, 0, 321.8122, 1e-6, 1e-3, hires, hires_jacobian},
      {"chain", "1e-6", SPECIES, 1, 100, 1e-6, 1e-2, chain, chain_jacobian},
  };
  for (unsigned i = 0; i < sizeof problems / sizeof *problems; i++) {
    run(&problems[i], 0, clock);
    run(&problems[i], 1, clock);
  }
  return 0;
}

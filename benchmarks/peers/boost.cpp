// Lotka-Volterra on [0, 15] by Boost.odeint's Dormand-Prince 5(4): prints a line per row of the benchmark table, which boost.py reads.
// c++ -O3 -march=native -std=c++17 boost.cpp
#include <algorithm>
#include <array>
#include <boost/numeric/odeint.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

namespace ode = boost::numeric::odeint;
using state = std::array<double, 2>;
using method = ode::runge_kutta_dopri5<state>;

static const double final_time = 15;
static const int outputs = 301;
static long evaluations;

// x' = 1.5 x - x y, y' = x y - 3 y from (1, 1).
struct equations {
  void operator()(const state &z, state &dz, double) const {
    dz[0] = 1.5 * z[0] - z[0] * z[1];
    dz[1] = z[0] * z[1] - 3 * z[1];
  }
};

struct counted {
  void operator()(const state &z, state &dz, double t) const {
    evaluations++;
    equations()(z, dz, t);
  }
};

// The final state only, by the controlled stepper.
template <class field> static state solve(double tolerance, long *steps) {
  state z = {1, 1};
  auto stepper = ode::make_controlled<method>(tolerance, tolerance);
  *steps = (long)ode::integrate_adaptive(stepper, field(), z, 0.0, final_time, 0.01);
  return z;
}

// 301 equidistant times by dense output.
template <class field> static state solve_dense(double tolerance, long *steps) {
  static std::vector<state> states(outputs);
  state z = {1, 1};
  auto stepper = ode::make_dense_output<method>(tolerance, tolerance);
  int next = 0;
  ode::integrate_const(stepper, field(), z, 0.0, final_time + 1e-9, final_time / (outputs - 1), [&](const state &at, double) { states[next++] = at; });
  *steps = 0;
  return states[outputs - 1];
}

static double now(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return 1e9 * t.tv_sec + t.tv_nsec;
}

static state exact() {
  using wide = std::array<long double, 2>;
  wide z = {1, 1};
  auto stepper = ode::make_controlled<ode::runge_kutta_fehlberg78<wide, long double>>(1e-17L, 1e-17L);
  ode::integrate_adaptive(
      stepper,
      [](const wide &y, wide &dy, long double) {
        dy[0] = 1.5L * y[0] - y[0] * y[1];
        dy[1] = y[0] * y[1] - 3 * y[1];
      },
      z, 0.0L, 15.0L, 0.001L);
  return {(double)z[0], (double)z[1]};
}

template <class run, class count> static void measure(const char *name, const char *text, clockid_t clock, const state &reference, run timed, count counting) {
  double tolerance = std::atof(text);
  long steps = 0;
  evaluations = 0;
  state z = counting(tolerance, &steps);
  double error = std::max(std::abs(z[0] - reference[0]), std::abs(z[1] - reference[1])), sum = 0;
  const int batches = 25;
  int repetitions = 1;
  double times[batches];
  auto batch = [&] {
    double start = now(clock);
    for (int i = 0; i < repetitions; i++)
      sum += timed(tolerance, &steps)[0];
    return now(clock) - start;
  };
  while (batch() < 1e6)
    repetitions *= 2;
  for (double &time : times)
    time = batch() / repetitions;
  std::sort(times, times + batches);
  std::printf("%s %s %.1f %.1f %.1f %ld %ld %.3e\n", name, text, times[batches / 4], times[batches / 2], times[3 * batches / 4], steps, evaluations, error);
  if (sum == 0)
    std::puts("");
}

int main(int count, char **words) {
  clockid_t clock = count > 1 && std::strcmp(words[1], "cpu") == 0 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  state reference = exact();
  for (const char *tolerance : {"1e-6", "1e-9"}) {
    measure("dopri5", tolerance, clock, reference, solve<equations>, solve<counted>);
    measure("dopri5-dense", tolerance, clock, reference, solve_dense<equations>, solve_dense<counted>);
  }
}

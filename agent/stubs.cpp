
#include "agent/core/kernel_log.hpp"
#include "agent/system/config.hpp"
#include "agent/system/kernel_log.hpp"
#include "agent/system/clock_watch.hpp"
#include "agent/system/logind.hpp"
#include "agent/system/refresh.hpp"
#include "agent/system/snapshot.hpp"
namespace hypnos::agent {
ClockWatch::ClockWatch(glib::Callback) {}
struct Logind::Impl {};
Logind::Logind(const Root&, Callbacks) {}
Logind::~Logind() = default;
void Logind::start() {}
void Logind::release() {}
void Logind::suspend(SleepMode, std::function<void(const std::string&)>) {}
std::vector<Inhibitor> block_inhibitors(const Root&) { return {}; }
RefreshReport refresh(const Root&, const Config&, SleepMode) { return {}; }
std::string_view name_of(Backend) { return "sysfs"; }
}

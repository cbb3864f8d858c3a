
#include "agent/core/kernel_log.hpp"
#include "agent/system/config.hpp"
#include "agent/system/kernel_log.hpp"
#include "agent/system/clock_watch.hpp"
#include "agent/system/logind.hpp"
#include "agent/system/refresh.hpp"
#include "agent/system/snapshot.hpp"
namespace hypnos::agent {
KernelReason read_reason(const std::vector<std::string>&) { return {}; }
KernelLog::KernelLog(const Root&, From) {}
std::vector<std::string> KernelLog::read_new() { return {}; }
ClockWatch::ClockWatch(glib::Callback) {}
struct Logind::Impl {};
Logind::Logind(const Root&, Callbacks) {}
Logind::~Logind() = default;
void Logind::start() {}
void Logind::release() {}
void Logind::suspend(SleepMode, std::function<void(const std::string&)>) {}
std::vector<Inhibitor> block_inhibitors(const Root&) { return {}; }
RefreshReport refresh(const Root&, const Config&, SleepMode) { return {}; }
Rehearsal rehearse(const Root&) { return {}; }
Json to_json(const Rehearsal&) { return Json::object(); }
std::string_view name_of(Backend) { return "sysfs"; }
}

import '../unit/dumps/network.test.js';
import '../unit/kubernetes/dump-scripts.test.js';
import '../unit/kubernetes/scripts.test.js';
